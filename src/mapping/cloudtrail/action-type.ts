// What kind of thing an event's name says was done.
import type { NativeEvent } from '../../event/schema.ts';
import type { Fields } from '../../event/fields.ts';

type ActionType = NonNullable<NativeEvent['actionType']>;

const AUTHENTICATE =
  /^(ConsoleLogin|CheckMfa|UserAuthentication|CredentialChallenge|CredentialVerification|Assume|SwitchRole|ExitRole|RenewRole|Logout|Federate|GetSigninToken)/;

/** The first that fits; what changes something and is neither is an update. */
const VERBS: readonly (readonly [RegExp, ActionType])[] = [
  [
    /^(Get|List|Describe|Head|Lookup|BatchGet|Query|Scan|Select|Search|Filter|View|Check|Simulate|Test|Validate)/,
    'read',
  ],
  [
    /^(Create|Run|Allocate|Register|Import|Copy|Request|Generate|Issue|Upload|Clone|Purchase|Provision|Publish)/,
    'create',
  ],
  [/^(BatchDelete|Delete|Terminate|Remove|Deregister|Release|Purge|Schedule[A-Za-z]*Deletion)/, 'delete'],
  [/^(Invoke|Execute|Send|Start[A-Za-z]*Execution|Decrypt|Encrypt|ReEncrypt|Sign|Verify)/, 'execute'],
];

export const actionTypeOf = (eventName: string, { readOnly }: Fields): ActionType => {
  if (readOnly === true || readOnly === 'true') return 'read';
  if (AUTHENTICATE.test(eventName)) return 'authenticate';
  const type = VERBS.find(([verb]) => verb.test(eventName))?.[1];
  // What AWS itself calls a write is none of the reads, whatever its name.
  return type === undefined || (type === 'read' && readOnly !== undefined) ? 'update' : type;
};
