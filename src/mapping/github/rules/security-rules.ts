// EVENTS.md 5: who may do what, and what guards it. A violation of `none` says that it was within policy.
import type { Condition, Rule, ViolationRule } from './rule.ts';

const row = (
  event: string,
  hookActions: string,
  action: string,
  violation: ViolationRule = 'none',
  { when, outcome = 'success' }: { readonly when?: Condition; readonly outcome?: Rule['outcome'] } = {},
): Rule => ({
  event,
  hookActions,
  category: 'security',
  action,
  outcome,
  violation,
  ...(when !== undefined && { when }),
});

/** The same under the hook action's own name. */
const alerts = (event: string, hookActions: string): Rule[] =>
  hookActions.split(' ').map((hookAction) => row(event, hookAction, `x.${event}_${hookAction}`));

export const SECURITY_RULES: readonly Rule[] = [
  row('member', 'added edited', 'role_changed', 'by role'),
  row('member', 'removed', 'role_changed', 'privilege_reduction'),
  row('membership', 'added', 'role_changed', 'by role'),
  row('membership', 'removed', 'role_changed', 'privilege_reduction'),
  row('organization', 'member_added', 'role_changed', 'by role'),
  row('organization', 'member_removed', 'role_changed', 'privilege_reduction'),
  row('organization', 'member_invited', 'x.member_invited', 'none', { outcome: 'pending' }),
  row('organization', 'renamed', 'x.organization_renamed'),
  row('organization', 'deleted', 'x.organization_deleted'),
  row('org_block', 'blocked', 'role_changed', 'privilege_reduction'),
  row('org_block', 'unblocked', 'role_changed'),
  row('team', 'added_to_repository edited', 'role_changed', 'by role'),
  row('team', 'removed_from_repository', 'role_changed', 'privilege_reduction'),
  row('team', 'created', 'x.team_created'),
  row('team', 'deleted', 'x.team_deleted'),
  row('team_add', '*', 'role_changed', 'by role'),

  row('installation', 'created new_permissions_accepted unsuspend', 'role_changed', 'by role'),
  row('installation', 'deleted suspend', 'role_changed', 'privilege_reduction'),
  row('installation_repositories', 'added', 'role_changed', 'by role'),
  row('installation_repositories', 'removed', 'role_changed', 'privilege_reduction'),
  row('installation_target', 'renamed', 'x.installation_renamed'),
  row('github_app_authorization', 'revoked', 'role_changed', 'privilege_reduction'),
  row('personal_access_token_request', 'created', 'x.token_requested', 'none', { outcome: 'pending' }),
  row('personal_access_token_request', 'approved', 'role_changed', 'by role'),
  row('personal_access_token_request', 'denied', 'x.token_denied', 'none', { outcome: 'denied' }),
  row('personal_access_token_request', 'cancelled', 'x.token_cancelled', 'none', { outcome: 'cancelled' }),
  row('deploy_key', 'created', 'x.deploy_key_created'),
  row('deploy_key', 'deleted', 'x.deploy_key_deleted'),

  row('branch_protection_rule', 'deleted', 'role_changed', 'policy_weakened'),
  row('branch_protection_rule', 'edited', 'role_changed', 'policy_weakened', { when: 'weakened' }),
  row('branch_protection_rule', 'created edited', 'role_changed'),
  row('branch_protection_configuration', 'disabled', 'role_changed', 'policy_weakened'),
  row('branch_protection_configuration', 'enabled', 'role_changed'),
  row('repository_ruleset', 'deleted', 'role_changed', 'policy_weakened'),
  row('repository_ruleset', 'edited', 'role_changed', 'policy_weakened', { when: 'weakened' }),
  row('repository_ruleset', 'created edited', 'role_changed'),
  row('security_and_analysis', '*', 'role_changed', 'policy_weakened', { when: 'weakened' }),
  row('security_and_analysis', '*', 'role_changed'),
  row('public', '*', 'role_changed', 'policy_weakened'),
  row('repository', 'publicized', 'role_changed', 'policy_weakened'),
  row('repository', 'privatized', 'role_changed'),
  row('repository', 'transferred', 'x.repository_transferred'),
  row('repository', 'deleted', 'x.repository_deleted'),
  // The webhook itself is gone: from here on nobody hears.
  row('meta', 'deleted', 'role_changed', 'policy_weakened'),

  ...alerts('secret_scanning_alert', 'created reopened resolved revoked validated publicly_leaked assigned unassigned'),
  ...alerts('secret_scanning_alert_location', 'created'),
  ...alerts('code_scanning_alert', 'created appeared_in_branch reopened reopened_by_user fixed closed_by_user'),
  ...alerts('dependabot_alert', 'created reintroduced reopened auto_reopened dismissed auto_dismissed fixed'),
  row('repository_vulnerability_alert', 'create', 'x.vulnerability_alert_created'),
  row('repository_vulnerability_alert', 'dismiss', 'x.vulnerability_alert_dismissed'),
  row('repository_vulnerability_alert', 'resolve', 'x.vulnerability_alert_resolved'),
  ...alerts('security_advisory', 'published performed updated withdrawn'),
  ...alerts('repository_advisory', 'published reported'),
];
