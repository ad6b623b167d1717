// Who was given what: role changes by EVENTS.md 5. What GitHub reports has happened, so nothing of it was blocked.
import { type Fields } from '../../event/fields.ts';
import type { OutcomeValue } from '../../event/schema.ts';
import type { Hook } from './delivery.ts';
import { at, clip, compact, fieldsAt, idAt } from './payload.ts';
import type { ViolationRule } from './rules/rule.ts';

interface Grant {
  readonly role?: string | undefined;
  readonly before?: string | undefined;
}

export const securityOf = (hook: Hook, violation: ViolationRule, outcome: OutcomeValue): Fields => {
  const { role, before } = grantOf(hook);
  const isPending = outcome === 'pending';
  const type = violation === 'by role' ? byRole(role, before) : violation;
  return {
    violation: { type, blocked: outcome === 'denied', ...severityOf(hook) },
    decision: isPending ? 'challenge' : outcome === 'denied' ? 'deny' : 'allow',
    ...compact({
      requestedRole: isPending ? role : undefined,
      grantedRole: isPending || type === 'privilege_reduction' ? undefined : role,
      permission: permissionOf(hook),
      resource: idAt(hook.payload, 'repository.full_name', 512) ?? idAt(hook.payload, 'organization.login', 512),
    }),
  };
};

const RANKS: Readonly<Record<string, number>> = {
  none: 0,
  pull: 1,
  read: 1,
  triage: 2,
  push: 3,
  write: 3,
  maintain: 4,
  admin: 5,
  owner: 5,
};
const ADMIN_RANK = 5;

/** Roles that an organisation made itself have no rank: from or to them nothing is claimed. */
const rankOf = (role: string | undefined): number | undefined => {
  if (role === undefined) return undefined;
  if (role.startsWith(ADMIN_PERMISSION)) return ADMIN_RANK;
  return Object.hasOwn(RANKS, role) ? RANKS[role] : undefined;
};

const byRole = (role: string | undefined, before: string | undefined): ViolationRule => {
  const [to, from] = [rankOf(role), rankOf(before)];
  if (to === undefined) return 'none';
  if (to === ADMIN_RANK && from !== ADMIN_RANK) return 'privilege_escalation';
  return from !== undefined && to < from ? 'privilege_reduction' : 'none';
};

const grantOf = ({ event, payload }: Hook): Grant => {
  switch (event) {
    case 'member':
      return { role: changed(payload, 'to') ?? role(payload, 'permission'), before: changed(payload, 'from') };
    case 'membership':
      return { role: role(payload, 'team.permission') };
    case 'organization':
      return { role: role(payload, 'membership.role') ?? role(payload, 'invitation.role') };
    case 'team':
    case 'team_add':
      return {
        role: highest(fieldsAt(payload, 'repository.permissions')) ?? role(payload, 'team.permission'),
        before: highest(fieldsAt(payload, 'changes.repository.permissions.from')),
      };
    case 'installation':
    case 'installation_repositories':
      return { role: appRole(fieldsAt(payload, 'installation.permissions')) };
    case 'personal_access_token_request':
      return { role: tokenRole(payload) };
    default:
      return {};
  }
};

const role = (payload: Fields, path: string): string | undefined => idAt(payload, path)?.toLowerCase();

const changed = (payload: Fields, end: 'from' | 'to'): string | undefined =>
  role(payload, `changes.role_name.${end}`) ??
  role(payload, `changes.permission.${end}`) ??
  role(payload, `changes.old_permission.${end}`);

/** Of flags such as `{ pull: true, push: false, admin: false }`. */
const highest = (flags: Fields | undefined): string | undefined => {
  if (flags === undefined) return undefined;
  const roles = Object.keys(flags).filter((name) => flags[name] === true && Object.hasOwn(RANKS, name));
  return roles.toSorted((a, b) => RANKS[b]! - RANKS[a]!)[0] ?? 'none';
};

const ADMIN_PERMISSION = 'admin:';
const ADMIN_SCOPES = ['administration', 'organization_administration', 'members', 'organization_hooks'];

/** An app that may change settings or members is an administrator, whatever else it may do. */
const appRole = (permissions: Fields | undefined): string | undefined => {
  if (permissions === undefined) return undefined;
  const scope = ADMIN_SCOPES.find((name) => permissions[name] === 'write' || permissions[name] === 'admin');
  if (scope !== undefined) return `${ADMIN_PERMISSION}${scope}`;
  return Object.values(permissions).includes('write') ? 'write' : 'read';
};

const tokenRole = (payload: Fields): string | undefined =>
  appRole({
    ...fieldsAt(payload, 'personal_access_token_request.permissions_added.organization'),
    ...fieldsAt(payload, 'personal_access_token_request.permissions_added.repository'),
  });

const MAX_PERMISSION = 256;
const permissionOf = ({ event, payload }: Hook): string | undefined => {
  if (event === 'deploy_key') return at(payload, 'key.read_only') === true ? 'read' : 'write';
  const permissions = event === 'installation' ? fieldsAt(payload, 'installation.permissions') : undefined;
  if (permissions === undefined) return undefined;
  const scopes = Object.keys(permissions).toSorted();
  return clip(scopes.map((scope) => `${scope}:${String(permissions[scope])}`).join(' '), MAX_PERMISSION);
};

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: 'critical',
  high: 'high',
  error: 'high',
  moderate: 'medium',
  medium: 'medium',
  warning: 'medium',
  low: 'low',
  note: 'low',
};
const OPENED: ReadonlySet<string> = new Set(['created', 'create', 'reopened', 'publicly_leaked', 'validated']);

/** An alert brings its own; a secret that is out is always grave. */
const severityOf = ({ event, hookAction, payload }: Hook): { readonly severity?: string } => {
  if (event === 'secret_scanning_alert' && OPENED.has(hookAction)) return { severity: 'high' };
  const said = SEVERITY_PATHS.map((path) => idAt(payload, path, 64)).find((word) => word !== undefined);
  const severity = said === undefined || !Object.hasOwn(SEVERITIES, said) ? undefined : SEVERITIES[said];
  return severity === undefined ? {} : { severity };
};
const SEVERITY_PATHS = [
  'alert.rule.security_severity_level',
  'alert.security_advisory.severity',
  'alert.rule.severity',
  'alert.severity',
  'security_advisory.severity',
  'repository_advisory.severity',
];
