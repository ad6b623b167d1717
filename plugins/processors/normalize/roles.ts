// What a change of roles or of a policy did: who gained or lost what, and which guard was taken away.
import type { NativeEvent } from '../../../src/event/schema.ts';

export interface RoleFacts {
  readonly sent: NonNullable<NativeEvent['security']>;
  readonly object: NativeEvent['object'];
  readonly actionType: NativeEvent['actionType'];
  readonly changes: NativeEvent['changes'];
}

export interface RolesChanged {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

type Change = NonNullable<NativeEvent['changes']>[number];

const ADMIN = /(^|[^a-z])(admin|administrator|owner|root|superuser)([^a-z]|$)/;
/** Also `OrgAdmin` and `AdministratorAccess`. */
export const isAdmin = (role: string): boolean =>
  ADMIN.test(role.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase());

const ROLE_PATH = /(^|[^a-z])(roles?|permissions?|groups?|scopes?|policies|policy)([^a-z]|$)/i;

export const rolesChanged = ({ sent, changes = [] }: RoleFacts): RolesChanged => {
  const gained = sent.grantedRole === undefined ? [] : [sent.grantedRole];
  const lost: string[] = [];
  for (const { path, before, after } of changes) {
    if (!ROLE_PATH.test(path)) continue;
    const [old, now] = [namesIn(before), namesIn(after)];
    gained.push(...now.filter((role) => !old.includes(role)));
    lost.push(...old.filter((role) => !now.includes(role)));
  }
  return { gained, lost };
};

const namesIn = (value: unknown): string[] => [value].flat().filter((name): name is string => typeof name === 'string');

/** Nothing gained, or of an admin's role something less; where nothing is said of roles, one was removed. */
export const isReduction = ({ gained, lost }: RolesChanged, { sent }: RoleFacts): boolean => {
  if (lost.length > 0) return gained.length === 0 || (lost.some(isAdmin) && !gained.some(isAdmin));
  return gained.length === 0 && sent.requestedRole === undefined;
};

const GUARD = /mfa|2fa|two.?factor|multi.?factor|audit|logging|cloud.?trail|branch.?protection|required.?review/i;
const OFF: ReadonlySet<unknown> = new Set([
  false,
  0,
  null,
  undefined,
  '',
  'false',
  'off',
  'disabled',
  'stopped',
  'none',
]);

/** MFA off, audit stopped, branch protection removed. */
export const isWeakened = ({ changes = [], object, actionType }: RoleFacts): boolean =>
  changes.some(isGuardOff) || (actionType === 'delete' && object !== undefined && GUARD.test(object.type));

const isGuardOff = ({ path, before, after, redacted }: Change): boolean =>
  redacted !== true && GUARD.test(path) && isOff(after) && !(before !== undefined && isOff(before));

const isOff = (value: unknown): boolean => OFF.has(typeof value === 'string' ? value.toLowerCase() : value);
