import { describe, expect, test } from 'vitest';
import { mapped } from './fixtures.ts';

type Payload = Readonly<Record<string, unknown>>;

const SENDER = { login: 'octocat', type: 'User' };
const REPOSITORY = { id: 1, name: 'r', full_name: 'o/r' };
const contentOf = (event: string, payload: Payload): Payload =>
  mapped(event, { sender: SENDER, repository: REPOSITORY, ...payload }).content;

const MEMBER = { login: 'hacktocat', type: 'User' };
const permission = (from: string | undefined, to: string) => ({
  permission: { ...(from !== undefined && { from }), to },
});
const added = (changes?: unknown) => ({ action: 'added', member: MEMBER, changes });
const edited = (changes: unknown) => ({ action: 'edited', member: MEMBER, changes });

describe('a role change', () => {
  test.each<[string, string, Payload, string, string | undefined]>([
    ['added with admin', 'member', added(permission(undefined, 'admin')), 'privilege_escalation', 'admin'],
    ['added with write', 'member', added(permission(undefined, 'write')), 'none', 'write'],
    ['added with a role', 'member', added({ role_name: { to: 'admin' } }), 'privilege_escalation', 'admin'],
    ['added, and no role is told', 'member', added(), 'none', undefined],
    ['edited to admin', 'member', edited(permission('write', 'admin')), 'privilege_escalation', 'admin'],
    ['edited up', 'member', edited(permission('read', 'maintain')), 'none', 'maintain'],
    ['edited down from admin', 'member', edited(permission('admin', 'write')), 'privilege_reduction', undefined],
    ['edited down', 'member', edited(permission('push', 'triage')), 'privilege_reduction', undefined],
    ['admin that was admin', 'member', edited(permission('admin', 'admin')), 'none', 'admin'],
    ["an organisation's own role", 'member', edited(permission('write', 'auditor')), 'none', 'auditor'],
    ['removed', 'member', { action: 'removed', member: MEMBER }, 'privilege_reduction', undefined],
    [
      'a new owner',
      'organization',
      { action: 'member_added', membership: { role: 'admin', user: MEMBER } },
      'privilege_escalation',
      'admin',
    ],
    [
      'a new member',
      'organization',
      { action: 'member_added', membership: { role: 'member', user: MEMBER } },
      'none',
      'member',
    ],
    [
      'a team that administers',
      'team',
      {
        action: 'added_to_repository',
        team: { slug: 't' },
        repository: { ...REPOSITORY, permissions: { pull: true, admin: true } },
      },
      'privilege_escalation',
      'admin',
    ],
    [
      'a team cut down',
      'team',
      {
        action: 'edited',
        team: { slug: 't' },
        changes: { repository: { permissions: { from: { pull: true, push: true, admin: false } } } },
        repository: { ...REPOSITORY, permissions: { pull: true, push: false, admin: false } },
      },
      'privilege_reduction',
      undefined,
    ],
    [
      'an app that may change settings',
      'installation',
      { action: 'created', installation: { id: 1, permissions: { contents: 'read', administration: 'write' } } },
      'privilege_escalation',
      'admin:administration',
    ],
    [
      'an app that writes code',
      'installation',
      { action: 'created', installation: { id: 1, permissions: { contents: 'write' } } },
      'none',
      'write',
    ],
    [
      'a member of an administering team',
      'membership',
      { action: 'added', member: MEMBER, team: { permission: 'admin' } },
      'privilege_escalation',
      'admin',
    ],
  ])('%s', (_, event, payload, type, grantedRole) => {
    const content = contentOf(event, payload);
    expect(content).toMatchObject({ category: 'security', action: 'role_changed', outcome: 'success' });
    expect(content['security']).toEqual({
      violation: { type, blocked: false },
      decision: 'allow',
      resource: 'o/r',
      ...(grantedRole !== undefined && { grantedRole }),
      ...(event === 'installation' && { permission: expect.stringContaining(':write') }),
    });
  });
});

describe('a policy', () => {
  const rule = (changes: Payload, now: Payload) => ({ action: 'edited', rule: { id: 1, ...now }, changes });
  const ruleset = (changes: Payload, enforcement = 'active') => ({
    action: 'edited',
    repository_ruleset: { id: 1, enforcement },
    changes,
  });
  const analysis = (before: string, after: string) => ({
    changes: { from: { security_and_analysis: { secret_scanning: { status: before } } } },
    repository: { ...REPOSITORY, security_and_analysis: { secret_scanning: { status: after } } },
  });
  const LEVEL = 'required_status_checks_enforcement_level';

  test.each<[string, string, Payload, 'policy_weakened' | 'none']>([
    ['a rule removed', 'branch_protection_rule', { action: 'deleted', rule: { id: 1 } }, 'policy_weakened'],
    ['a rule made', 'branch_protection_rule', { action: 'created', rule: { id: 1 } }, 'none'],
    [
      'a level down',
      'branch_protection_rule',
      rule({ [LEVEL]: { from: 'everyone' } }, { [LEVEL]: 'off' }),
      'policy_weakened',
    ],
    ['a level up', 'branch_protection_rule', rule({ [LEVEL]: { from: 'off' } }, { [LEVEL]: 'non_admins' }), 'none'],
    ['fewer reviews', 'branch_protection_rule', rule({ n: { from: 2 } }, { n: 1 }), 'policy_weakened'],
    ['fewer checks', 'branch_protection_rule', rule({ c: { from: ['a', 'b'] } }, { c: ['a'] }), 'policy_weakened'],
    ['admins exempt', 'branch_protection_rule', rule({ a: { from: true } }, { a: false }), 'policy_weakened'],
    [
      'force pushes',
      'branch_protection_rule',
      rule({ allow_x: { from: 'off' } }, { allow_x: 'everyone' }),
      'policy_weakened',
    ],
    ['none any more', 'branch_protection_rule', rule({ allow_x: { from: 'everyone' } }, { allow_x: 'off' }), 'none'],
    ['a list of names', 'branch_protection_rule', rule({ name: { from: 'main' } }, { name: 'master' }), 'none'],
    ['protection off', 'branch_protection_configuration', { action: 'disabled' }, 'policy_weakened'],
    [
      'a ruleset off',
      'repository_ruleset',
      ruleset({ enforcement: { from: 'active' } }, 'disabled'),
      'policy_weakened',
    ],
    ['a ruleset on', 'repository_ruleset', ruleset({ enforcement: { from: 'evaluate' } }), 'none'],
    ['rules fewer', 'repository_ruleset', ruleset({ rules: { deleted: [{ id: 1 }] } }), 'policy_weakened'],
    ['scanning off', 'security_and_analysis', analysis('enabled', 'disabled'), 'policy_weakened'],
    ['scanning on', 'security_and_analysis', analysis('disabled', 'enabled'), 'none'],
    ['made public', 'repository', { action: 'publicized' }, 'policy_weakened'],
    ['made private', 'repository', { action: 'privatized' }, 'none'],
    ['the webhook gone', 'meta', { action: 'deleted', hook: { id: 1 } }, 'policy_weakened'],
  ])('%s', (_, event, payload, type) => {
    const content = contentOf(event, payload);
    expect(content).toMatchObject({ action: 'role_changed', security: { violation: { type, blocked: false } } });
  });
});

describe('what is asked for, refused or found', () => {
  test.each<[string, Payload, Payload]>([
    [
      'organization',
      { action: 'member_invited', invitation: { role: 'admin' }, user: MEMBER },
      {
        action: 'x.member_invited',
        outcome: 'pending',
        security: { decision: 'challenge', requestedRole: 'admin', violation: { type: 'none', blocked: false } },
      },
    ],
    [
      'personal_access_token_request',
      { action: 'denied', personal_access_token_request: { owner: MEMBER } },
      { action: 'x.token_denied', outcome: 'denied', security: { decision: 'deny', violation: { blocked: true } } },
    ],
    [
      'secret_scanning_alert',
      { action: 'created', alert: { number: 7, secret_type: 'aws_key' } },
      {
        action: 'x.secret_scanning_alert_created',
        severity: 13,
        object: { type: 'secret_scanning_alert', id: 'o/r#7', name: 'aws_key' },
        security: { decision: 'allow', violation: { type: 'none', severity: 'high', blocked: false } },
      },
    ],
    [
      'dependabot_alert',
      { action: 'fixed', alert: { number: 7, security_advisory: { severity: 'moderate' } } },
      { action: 'x.dependabot_alert_fixed', security: { violation: { severity: 'medium' } } },
    ],
    [
      'deploy_key',
      { action: 'created', key: { id: 1, read_only: false } },
      { action: 'x.deploy_key_created', security: { permission: 'write' } },
    ],
  ])('%s %j', (event, payload, expected) => {
    expect(contentOf(event, payload)).toMatchObject(expected);
  });
});

test('what was before, and what is now, are changes', () => {
  const { changes } = contentOf('member', edited(permission('write', 'admin')));
  expect(changes).toEqual([{ path: 'permission', before: 'write', after: 'admin' }]);
  const rule = {
    action: 'edited',
    rule: { id: 1, admin_enforced: false },
    changes: { admin_enforced: { from: true } },
  };
  expect(contentOf('branch_protection_rule', rule)['changes']).toEqual([
    { path: 'admin_enforced', before: true, after: false },
  ]);
});
