// Denials, failed sign-ins and changes of permission: the security side of a record.
import type { NativeEvent } from '../../event/schema.ts';
import { isLonger } from '../../event/check/scalars.ts';
import type { Actor } from './actor.ts';
import type { Failure } from './failure.ts';
import type { IamChange } from './iam-change.ts';
import type { Target } from './objects.ts';
import { clip, type Warnings } from './record.ts';

type Security = NonNullable<NativeEvent['security']>;

export interface SecurityFacts {
  readonly service: string;
  readonly eventName: string;
  readonly failure: Failure | undefined;
  readonly change: IamChange | undefined;
  readonly isFailedLogin: boolean;
  readonly actor: Actor;
  readonly target: Target | undefined;
  readonly warnings: Warnings;
}

export interface Judged {
  readonly action: 'permission_denied' | 'unauthorized_access' | 'role_changed';
  readonly security: Security;
  readonly changes?: NonNullable<NativeEvent['changes']>;
}

/** Undefined: the record is a system event. A denied change was no change. */
export const judge = (facts: SecurityFacts): Judged | undefined => {
  if (facts.isFailedLogin) return failedLogin(facts);
  if (facts.failure?.isDenied === true) return denied(facts, facts.failure);
  return facts.change === undefined ? undefined : changed(facts, facts.change);
};

const failedLogin = (facts: SecurityFacts): Judged => ({
  action: 'unauthorized_access',
  security: { decision: 'deny', violation: { type: 'authentication_failure', blocked: true }, ...placeOf(facts) },
});

const denied = (facts: SecurityFacts, { error }: Failure): Judged => {
  const isUnknown = facts.actor.type === 'unauthenticated';
  return {
    action: 'permission_denied',
    security: {
      decision: 'deny',
      violation: { type: isUnknown ? 'unauthenticated_access' : 'insufficient_permission', blocked: true },
      ...placeOf(facts, error?.message),
      ...roleField('requestedRole', facts.change),
    },
  };
};

const changed = (facts: SecurityFacts, change: IamChange): Judged => {
  const isDone = facts.failure === undefined;
  const given = change.isTaken ? {} : roleField(isDone ? 'grantedRole' : 'requestedRole', change);
  return {
    action: 'role_changed',
    security: {
      decision: isDone ? 'allow' : 'deny',
      violation: { ...change.violation, blocked: !isDone },
      ...placeOf(facts),
      ...given,
    },
    ...(isDone && changesOf(change)),
  };
};

const changesOf = ({ role, isTaken }: IamChange): Pick<Judged, 'changes'> =>
  role === undefined ? {} : { changes: [{ path: 'roles', ...(isTaken ? { before: role } : { after: role }) }] };

const MAX_ROLE_BYTES = 256;
const roleField = (
  name: 'grantedRole' | 'requestedRole',
  change: IamChange | undefined,
): Pick<Security, 'grantedRole' | 'requestedRole'> =>
  change?.role === undefined || isLonger(change.role, MAX_ROLE_BYTES) ? {} : { [name]: change.role };

const MAX_PERMISSION_BYTES = 256;
const MAX_RESOURCE_BYTES = 512;
/** `User: … is not authorized to perform: s3:GetObject on resource: arn:… because …` */
const PERFORM = /is not authorized to perform: ([A-Za-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})/;
const ON_RESOURCE = / on resource: "?(arn:[^\s"]{1,500})/;

/** A denial names the permission that is wanting, which may be another than the call's own. */
const placeOf = (
  { service, eventName, target, warnings }: SecurityFacts,
  message = '',
): Pick<Security, 'permission' | 'resource'> => {
  const permission = PERFORM.exec(message)?.[1] ?? `${service}:${eventName}`;
  const resource = ON_RESOURCE.exec(message)?.[1] ?? target?.id;
  return {
    permission: clip(permission, MAX_PERMISSION_BYTES, '/security/permission', warnings),
    ...(resource !== undefined && { resource: clip(resource, MAX_RESOURCE_BYTES, '/security/resource', warnings) }),
  };
};
