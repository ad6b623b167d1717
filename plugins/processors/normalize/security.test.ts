import { describe, expect, test } from 'vitest';
import type { Content } from '../../../src/testkit/arbitraries.ts';
import { eventOf, TICK } from './fixtures.ts';

const actor = { id: 'alice', type: 'user' };
const securityOf = (fields: Content) => eventOf({ category: 'security', actor, security: {}, ...fields }).security;
const changed = (path: string, before: unknown, after: unknown): Content => ({
  action: 'role_changed',
  changes: [{ path, before, after }],
});
const failedBy = (code: string): Content => ({ action: 'unauthorized_access', error: { code } });

describe('what was violated: each row of the table', () => {
  test.each<[string, Content, string, string]>([
    ['authenticated and denied', { action: 'permission_denied' }, 'insufficient_permission', 'low'],
    [
      'on a sensitive resource',
      { action: 'permission_denied', security: { dataClassification: 'restricted' } },
      'insufficient_permission',
      'high',
    ],
    [
      'on one that is not',
      { action: 'permission_denied', security: { dataClassification: 'public' } },
      'insufficient_permission',
      'low',
    ],
    ['one bad credential', failedBy('InvalidCredentials'), 'authentication_failure', 'low'],
    [
      'told as brute force',
      { action: 'unauthorized_access', security: { violation: { type: 'brute_force' } } },
      'brute_force',
      'high',
    ],
    ['bad signature', failedBy('SignatureDoesNotMatch'), 'invalid_token', 'low'],
    ['bad token', failedBy('InvalidToken'), 'invalid_token', 'low'],
    [
      'bad JWT by its type',
      { action: 'unauthorized_access', error: { code: '401', type: 'JWTClaimInvalid' } },
      'invalid_token',
      'low',
    ],
    ['merely expired', failedBy('TokenExpiredError'), 'expired_session', 'info'],
    [
      'merely expired, in words',
      { action: 'unauthorized_access', outcomeReason: 'session expired' },
      'expired_session',
      'info',
    ],
    [
      'no credential',
      { action: 'unauthorized_access', actor: { id: '-', type: 'unauthenticated' } },
      'unauthenticated_access',
      'medium',
    ],
    [
      'no credential, and it succeeded',
      { action: 'unauthorized_access', actor: { id: '-', type: 'unauthenticated' }, request: { statusCode: 200 } },
      'unauthenticated_access',
      'high',
    ],
    [
      "another tenant's target",
      { action: 'unauthorized_access', data: { targetTenantId: 'globex' } },
      'cross_tenant_access',
      'critical',
    ],
    [
      'the same in snake case',
      { action: 'unauthorized_access', data: { target_tenant_id: 'globex' } },
      'cross_tenant_access',
      'critical',
    ],
    [
      'the same as attribute',
      { action: 'unauthorized_access', attributes: { 'target.tenant.id': 'globex' } },
      'cross_tenant_access',
      'critical',
    ],
    ['the same by its code', failedBy('TENANT_MISMATCH'), 'cross_tenant_access', 'critical'],
    [
      'the own tenant as target',
      { action: 'unauthorized_access', data: { targetTenantId: 'acme' } },
      'authentication_failure',
      'low',
    ],
    [
      'a role gains admin scope',
      { action: 'role_changed', security: { permission: '*:*' } },
      'privilege_escalation',
      'high',
    ],
    ['to owner', { action: 'role_changed', security: { grantedRole: 'owner' } }, 'privilege_escalation', 'critical'],
    [
      'to admin, in camel case',
      { action: 'role_changed', security: { grantedRole: 'AdministratorAccess' } },
      'privilege_escalation',
      'critical',
    ],
    ['to admin, by the change', changed('member.role', 'viewer', 'admin'), 'privilege_escalation', 'critical'],
    [
      'to admin, among roles',
      changed('roles', ['viewer'], ['viewer', 'org-admin']),
      'privilege_escalation',
      'critical',
    ],
    [
      'self-granted',
      { action: 'role_changed', object: { type: 'user', id: 'alice' }, security: { permission: 'admin:org' } },
      'privilege_escalation',
      'critical',
    ],
    ['a role that only sounds so', { action: 'role_changed', security: { grantedRole: 'badminton' } }, 'none', 'info'],
    ['role removed', { action: 'role_changed' }, 'privilege_reduction', 'info'],
    ['role removed, by the change', changed('roles', ['viewer', 'editor'], ['viewer']), 'privilege_reduction', 'info'],
    ['an admin becomes less', changed('role', 'admin', 'viewer'), 'privilege_reduction', 'info'],
    ['MFA off', changed('mfaEnabled', true, false), 'policy_weakened', 'high'],
    ['audit stopped', changed('audit.status', 'running', 'Stopped'), 'policy_weakened', 'high'],
    ['branch protection removed', changed('branch_protection', { required: true }, null), 'policy_weakened', 'high'],
    [
      'a guard deleted',
      { action: 'role_changed', actionType: 'delete', object: { type: 'branch_protection_rule', id: '1' } },
      'policy_weakened',
      'high',
    ],
    ['MFA on', { ...changed('mfaEnabled', false, true), security: { requestedRole: 'viewer' } }, 'none', 'info'],
    [
      'MFA off before and after',
      { ...changed('mfaEnabled', false, false), security: { grantedRole: 'x' } },
      'none',
      'info',
    ],
    ['another switch off', { ...changed('newsletter', true, false), security: { grantedRole: 'x' } }, 'none', 'info'],
    ['one role for another', changed('role', 'viewer', 'editor'), 'none', 'info'],
    ['within policy', { action: 'role_changed', security: { grantedRole: 'viewer' } }, 'none', 'info'],
    ['an action of its own', { action: 'x.key_rotated' }, 'none', 'info'],
    ['an action of its own, denied', { action: 'x.key_rotated', outcome: 'denied' }, 'insufficient_permission', 'low'],
    [
      'an action of its own, denied to nobody',
      { action: 'x.key_read', outcome: 'denied', actor: { id: '-', type: 'unauthenticated' } },
      'unauthenticated_access',
      'medium',
    ],
  ])('%s', (_, fields, type, severity) => {
    expect(securityOf(fields)?.violation).toMatchObject({ type, severity });
  });

  test('a change whose values were redacted before tells nothing', () => {
    const changes = [{ path: 'mfaEnabled', redacted: true }];
    const security = { grantedRole: 'viewer' };
    expect(securityOf({ action: 'role_changed', changes, security })?.violation?.type).toBe('none');
  });
});

describe('attempted and stopped, or succeeded', () => {
  test.each<[string, Content, string, boolean]>([
    ['nothing said', { action: 'permission_denied' }, 'deny', true],
    ['a decision', { action: 'x.a', security: { decision: 'allow' } }, 'allow', false],
    ['a challenge', { action: 'x.a', security: { decision: 'challenge' } }, 'challenge', true],
    ['blocked alone', { action: 'x.a', security: { violation: { type: 'none', blocked: true } } }, 'deny', true],
    ['let through alone', { action: 'x.a', security: { violation: { type: 'none', blocked: false } } }, 'allow', false],
    ['succeeded', { action: 'unauthorized_access', request: { statusCode: 200 } }, 'allow', false],
    ['failed', { action: 'x.login', outcome: 'failure' }, 'deny', true],
    ['a dry run', { action: 'x.a', outcome: 'skipped' }, 'allow', false],
    ['pending', { action: 'x.a', outcome: 'pending' }, 'challenge', true],
    ['a role given', { action: 'role_changed' }, 'allow', false],
    ['a role refused', { action: 'role_changed', outcome: 'denied' }, 'deny', true],
    ['an action without outcome', { action: 'x.a' }, 'allow', false],
  ])('%s', (_, fields, decision, blocked) => {
    expect(securityOf(fields)).toMatchObject({ decision, violation: { blocked } });
  });

  test('the section of another category gets its decision, and no violation', () => {
    const { security } = eventOf({ ...TICK, security: { permission: 'orders:read' } });
    expect(security).toEqual({ decision: 'allow', permission: 'orders:read' });
  });
});
