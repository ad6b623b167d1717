// Which calls change who may do what, and what that does to the account's safety (EVENTS.md 5).
import { toSnakeCase } from './record.ts';
import { type Fields, isFields } from '../../event/fields.ts';
import { parseJson } from '../../event/json.ts';
import type { NativeEvent } from '../../event/schema.ts';
import { fieldsOf, lastOfArn, textOf } from './record.ts';

type Violation = NonNullable<NonNullable<NativeEvent['security']>['violation']>;

export interface IamChange {
  readonly violation: Pick<Violation, 'type' | 'severity'>;
  /** The policy, group or role that is given or taken. */
  readonly role: string | undefined;
  readonly isTaken: boolean;
}

export interface Call {
  readonly service: string;
  readonly eventName: string;
  readonly parameters: Fields;
  readonly readOnly: unknown;
  /** The user or role that calls, by its name in IAM. */
  readonly callerName: string | undefined;
}

/** Calls that switch a guard off, by service. */
const WEAKENING: Readonly<Record<string, ReadonlySet<string>>> = {
  iam: new Set([
    ...['DeactivateMFADevice', 'DeleteVirtualMFADevice', 'DeleteAccountPasswordPolicy'],
    ...['DeleteUserPermissionsBoundary', 'DeleteRolePermissionsBoundary'],
  ]),
  cloudtrail: new Set(['StopLogging', 'DeleteTrail', 'DeleteEventDataStore', 'StopEventDataStoreIngestion']),
  config: new Set(['StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel']),
  guardduty: new Set(['DeleteDetector', 'StopMonitoringMembers']),
  securityhub: new Set(['DisableSecurityHub']),
  'access-analyzer': new Set(['DeleteAnalyzer']),
  ec2: new Set(['DeleteFlowLogs']),
  s3: new Set(['DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock']),
};

/** Calls that weaken only with these parameters. */
const WEAKENING_IF: Readonly<Record<string, (parameters: Fields) => boolean>> = {
  'cloudtrail:UpdateTrail': ({ enableLogFileValidation, isMultiRegionTrail, includeGlobalServiceEvents }) =>
    [enableLogFileValidation, isMultiRegionTrail, includeGlobalServiceEvents].includes(false),
  'guardduty:UpdateDetector': ({ enable }) => enable === false,
};

/** Assignments of IAM Identity Center; all others of its calls are none. */
const SSO_CHANGES: ReadonlySet<string> = new Set([
  ...['CreateAccountAssignment', 'DeleteAccountAssignment', 'AttachManagedPolicyToPermissionSet'],
  ...['DetachManagedPolicyFromPermissionSet', 'PutInlinePolicyToPermissionSet', 'DeleteInlinePolicyFromPermissionSet'],
]);

const READING = /^(Get|List|Simulate|Generate)/;
/** One's own password is nobody's permission. */
const NO_CHANGES: ReadonlySet<string> = new Set(['ChangePassword']);
const TAKING = /^(Detach|Delete|Remove)/;

/** Undefined: the call is no change of permissions. */
export const iamChangeOf = (call: Call): IamChange | undefined => {
  const { service, eventName, parameters } = call;
  if (isWeakening(call)) return { violation: { type: 'policy_weakened' }, role: undefined, isTaken: true };
  if (!isChange(call)) return undefined;
  const role = roleOf(parameters);
  if (TAKING.test(eventName) || isSwitchedOff(call))
    return { violation: { type: 'privilege_reduction' }, role, isTaken: true };
  return { violation: violationOf(call, role, service), role, isTaken: false };
};

const isWeakening = ({ service, eventName, parameters }: Call): boolean => {
  if (Object.hasOwn(WEAKENING, service) && WEAKENING[service]!.has(eventName)) return true;
  const name = `${service}:${eventName}`;
  return Object.hasOwn(WEAKENING_IF, name) && WEAKENING_IF[name]!(parameters);
};

const isChange = ({ service, eventName, readOnly }: Call): boolean => {
  if (service === 'sso') return SSO_CHANGES.has(eventName);
  return service === 'iam' && readOnly !== true && !READING.test(eventName) && !NO_CHANGES.has(eventName);
};

const isSwitchedOff = ({ eventName, parameters }: Call): boolean =>
  eventName === 'UpdateAccessKey' && parameters['status'] === 'Inactive';

const roleOf = (parameters: Fields): string | undefined => {
  const { policyArn, managedPolicyArn, permissionSetArn, policyName, groupName, instanceProfileName, roleName } =
    parameters;
  const arn = textOf(policyArn) ?? textOf(managedPolicyArn);
  if (arn !== undefined) return lastOfArn(arn);
  return (
    textOf(policyName) ??
    textOf(permissionSetArn) ??
    textOf(groupName) ??
    (textOf(instanceProfileName) === undefined ? undefined : textOf(roleName))
  );
};

const violationOf = (call: Call, role: string | undefined, service: string): IamChange['violation'] => {
  const { eventName, parameters } = call;
  const power = Math.max(isGiving(eventName, service) ? powerOfName(role) : NONE, powerOfDocument(parameters));
  if (power > NONE)
    return {
      type: 'privilege_escalation',
      severity: power === ALL || isOwn(call) ? 'critical' : 'high',
    };
  return { type: trustsEverybody(parameters) ? 'policy_weakened' : 'none' };
};

const isGiving = (eventName: string, service: string): boolean =>
  service === 'sso' || /^(Attach|Add|Put)/.test(eventName);

const isOwn = ({ parameters: { userName, roleName }, callerName }: Call): boolean =>
  callerName !== undefined && (userName === callerName || roleName === callerName);

const NONE = 0;
/** Over IAM: whoever has it can take the rest. */
const OVER_IAM = 1;
const ALL = 2;

const ADMIN = /(^|_)(admins?|administrators?|owners?|root|superusers?)(_|$)/;
const MAX_NAME_CHARS = 256;

const powerOfName = (role: string | undefined): number => {
  if (role === undefined) return NONE;
  if (role === 'IAMFullAccess') return OVER_IAM;
  return ADMIN.test(toSnakeCase(role.slice(0, MAX_NAME_CHARS))) ? ALL : NONE;
};

const powerOfDocument = ({ policyDocument, inlinePolicy }: Fields): number =>
  Math.max(NONE, ...statementsOf(policyDocument ?? inlinePolicy).map(powerOfStatement));

const powerOfStatement = ({ Effect, Action, Resource }: Fields): number => {
  if (Effect !== 'Allow' || !manyOf(Resource).includes('*')) return NONE;
  const actions = manyOf(Action);
  if (actions.includes('*') || actions.includes('*:*')) return ALL;
  return actions.includes('iam:*') ? OVER_IAM : NONE;
};

const trustsEverybody = ({ policyDocument, assumeRolePolicyDocument }: Fields): boolean =>
  statementsOf(assumeRolePolicyDocument ?? policyDocument).some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Allow' &&
      Condition === undefined &&
      manyOf(isFields(Principal) ? Principal['AWS'] : Principal).includes('*'),
  );

/** CloudTrail writes a policy as the text that was sent. */
const statementsOf = (policy: unknown): readonly Fields[] => {
  const parsed = typeof policy === 'string' ? parseJson(policy) : { value: policy };
  return 'value' in parsed ? manyOf(fieldsOf(parsed.value)['Statement']).filter(isFields) : [];
};

/** One value or several. */
const manyOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
