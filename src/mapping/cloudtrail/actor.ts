// userIdentity to the actor: who called, in whichever of AWS's ways of saying so.
import { type Fields, isFields } from '../../event/fields.ts';
import { isIP } from 'node:net';
import type { NativeEvent } from '../../event/schema.ts';
import { clip, fieldsOf, lastOfArn, textOf, type Warnings } from './record.ts';

export type Actor = NonNullable<NativeEvent['actor']>;
type ActorType = NonNullable<Actor['type']>;

const MAX_ID_BYTES = 256;
const MAX_ROLE_BYTES = 128;
const MAX_AGENT_BYTES = 512;

export interface Caller {
  readonly actor: Actor | undefined;
  /** The name by which IAM knows the user or role that acted: what a change to oneself is told by. */
  readonly iamName: string | undefined;
  /** Fields of the record that the actor tells in full. */
  readonly shown: ReadonlySet<string>;
}

export const callerOf = (record: Fields, warnings: Warnings): Caller => {
  const identity = record['userIdentity'];
  if (!isFields(identity)) return { actor: undefined, iamName: undefined, shown: new Set() };
  const session = fieldsOf(identity['sessionContext']);
  const issuer = fieldsOf(session['sessionIssuer']);
  const shown = new Set<string>();
  const actor: Actor = {
    id: clip(idOf(identity), MAX_ID_BYTES, '/actor/id', warnings),
    type: typeOf(identity, session),
    ...nameOf(identity, issuer, warnings),
    ...rolesOf(identity, issuer, warnings),
    ...onBehalfOf(identity),
    ...authMethodOf(identity, session),
    ...mfaOf(record, session),
    ...ipOf(record, shown),
    ...agentOf(record, shown, warnings),
  };
  return { actor, iamName: textOf(issuer['userName']) ?? textOf(identity['userName']), shown };
};

/** Where nobody is named, and the event must have an actor. */
export const UNKNOWN_ACTOR: Actor = { id: 'unknown', type: 'unknown' };

const ANONYMOUS: ReadonlySet<unknown> = new Set(['ANONYMOUS_PRINCIPAL', 'anonymous', 'Anonymous']);
const isAnonymous = ({ accountId, principalId }: Fields): boolean =>
  ANONYMOUS.has(accountId) || ANONYMOUS.has(principalId);

const idOf = (identity: Fields): string => {
  if (isAnonymous(identity)) return 'anonymous';
  if (identity['type'] === 'AWSService') return textOf(identity['invokedBy']) ?? namedId(identity);
  return namedId(identity);
};

const namedId = (identity: Fields): string =>
  textOf(identity['arn']) ??
  textOf(identity['principalId']) ??
  textOf(fieldsOf(identity['onBehalfOf'])['userId']) ??
  textOf(identity['userName']) ??
  textOf(identity['invokedBy']) ??
  textOf(identity['accountId']) ??
  'unknown';

const TYPES: Readonly<Record<string, ActorType>> = {
  Root: 'user',
  IAMUser: 'user',
  AssumedRole: 'service_account',
  Role: 'service_account',
  FederatedUser: 'user',
  Directory: 'user',
  AWSService: 'system',
  AWSAccount: 'unknown',
  WebIdentityUser: 'app_user',
  SAMLUser: 'user',
  IdentityCenterUser: 'user',
  Unknown: 'unknown',
};

const typeOf = (identity: Fields, session: Fields): ActorType => {
  if (isAnonymous(identity)) return 'unauthenticated';
  const type = textOf(identity['type']);
  // A service that calls for itself names only its own domain.
  if (type === undefined) return textOf(identity['invokedBy']) === undefined ? 'unknown' : 'system';
  if (type === 'AssumedRole' && isPerson(identity, session)) return 'user';
  if (type === 'WebIdentityUser' && textOf(identity['userName'])?.startsWith('system:serviceaccount:') === true)
    return 'service_account';
  return Object.hasOwn(TYPES, type) ? TYPES[type]! : 'unknown';
};

/** A role that IAM Identity Center made is worn by people alone. */
const SSO_ROLE = 'AWSReservedSSO_';
const isPerson = (identity: Fields, session: Fields): boolean =>
  isFields(identity['onBehalfOf']) ||
  textOf(fieldsOf(session['sessionIssuer'])['userName'])?.startsWith(SSO_ROLE) === true;

const nameOf = (identity: Fields, issuer: Fields, warnings: Warnings): Pick<Actor, 'name' | 'email'> => {
  const name = textOf(identity['userName']) ?? defaultName(identity, issuer);
  if (name === undefined) return {};
  return {
    name: clip(name, MAX_ID_BYTES, '/actor/name', warnings),
    ...(/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(name) && { email: name }),
  };
};

const defaultName = (identity: Fields, issuer: Fields): string | undefined => {
  if (identity['type'] === 'Root') return 'root';
  const arn = textOf(identity['arn']);
  if (identity['type'] === 'FederatedUser' && arn !== undefined) return lastOfArn(arn);
  return textOf(issuer['userName']);
};

/** The role that is worn; the root user is a role of its own. */
const rolesOf = (identity: Fields, issuer: Fields, warnings: Warnings): Pick<Actor, 'roles'> => {
  if (identity['type'] === 'Root') return { roles: ['root'] };
  const role = issuer['type'] === 'Role' ? textOf(issuer['userName']) : undefined;
  return role === undefined ? {} : { roles: [clip(role, MAX_ROLE_BYTES, '/actor/roles/0', warnings)] };
};

const onBehalfOf = (identity: Fields): Pick<Actor, 'onBehalfOf'> => {
  const userId = textOf(fieldsOf(identity['onBehalfOf'])['userId']);
  if (userId === undefined || userId.length > MAX_ID_BYTES / 3 || userId === idOf(identity)) return {};
  return { onBehalfOf: { id: userId, type: 'user' } };
};

const METHODS: ReadonlyMap<unknown, string> = new Map([
  ['WebIdentityUser', 'web_identity'],
  ['SAMLUser', 'saml'],
  ['IdentityCenterUser', 'identity_center'],
]);

const authMethodOf = (identity: Fields, session: Fields): Pick<Actor, 'authMethod'> => {
  const isFederated = textOf(fieldsOf(session['webIdFederationData'])['federatedProvider']) !== undefined;
  const method = METHODS.get(identity['type']) ?? (isFederated ? 'web_identity' : undefined);
  return method === undefined ? {} : { authMethod: method };
};

/** AWS writes texts where others write booleans. */
const TRUTH: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
  [true, true],
  [false, false],
  ['Yes', true],
  ['No', false],
]);

const mfaOf = (record: Fields, session: Fields): Pick<Actor, 'mfa'> => {
  const mfa =
    TRUTH.get(fieldsOf(record['additionalEventData'])['MFAUsed']) ??
    TRUTH.get(fieldsOf(session['attributes'])['mfaAuthenticated']);
  return mfa === undefined ? {} : { mfa };
};

/** A call from within AWS names a service where others have an address; that stays an attribute. */
const ipOf = ({ sourceIPAddress }: Fields, shown: Set<string>): Pick<Actor, 'ip'> => {
  const address = textOf(sourceIPAddress);
  if (address === undefined || isIP(address) === 0) return {};
  shown.add('sourceIPAddress');
  return { ip: address };
};

const agentOf = ({ userAgent }: Fields, shown: Set<string>, warnings: Warnings): Pick<Actor, 'userAgent'> => {
  const agent = textOf(userAgent);
  if (agent === undefined) return {};
  shown.add('userAgent');
  return { userAgent: clip(agent, MAX_AGENT_BYTES, '/actor/userAgent', warnings) };
};
