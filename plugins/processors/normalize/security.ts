// Who was let through, and what that violated: always said, so that "attempted and stopped" and "succeeded" stay apart.
import type { CanonicalEvent, NativeEvent, OutcomeValue } from '../../../src/event/schema.ts';

type Security = NonNullable<CanonicalEvent['security']>;
type Violation = NonNullable<Security['violation']>;
type Severity = Violation['severity'];

export interface SecurityFacts {
  readonly action: string;
  readonly outcome: OutcomeValue;
  readonly sent: NonNullable<NativeEvent['security']>;
  readonly actor: NativeEvent['actor'];
  readonly object: NativeEvent['object'];
  readonly errorCode: string | undefined;
}

const LET_THROUGH: ReadonlySet<OutcomeValue> = new Set(['success', 'skipped']);
/** Of these the source did not say how they ended. */
const REFUSALS: ReadonlySet<string> = new Set(['permission_denied', 'unauthorized_access']);

export const securityOf = (facts: SecurityFacts): Security => {
  const { sent } = facts;
  const decision = sent.decision ?? decisionOf(facts);
  return {
    violation: violationOf(facts, decision),
    decision,
    permission: sent.permission,
    resource: sent.resource,
    requestedRole: sent.requestedRole,
    grantedRole: sent.grantedRole,
    dataClassification: sent.dataClassification,
  };
};

const decisionOf = ({ action, outcome, sent }: SecurityFacts): NonNullable<Security['decision']> => {
  if (sent.violation?.blocked !== undefined) return sent.violation.blocked ? 'deny' : 'allow';
  if (outcome === 'pending') return 'challenge';
  if (outcome === 'unknown') return REFUSALS.has(action) ? 'deny' : 'allow';
  return LET_THROUGH.has(outcome) ? 'allow' : 'deny';
};

const DERIVED_CONFIDENCE = 0.8;

const violationOf = (facts: SecurityFacts, decision: Security['decision']): Violation | undefined => {
  const { violation } = facts.sent;
  const type = violation?.type ?? violationTypeOf(facts);
  if (type === undefined) return undefined;
  return {
    type,
    severity: violation?.severity ?? severityOf(type, facts),
    confidence: violation?.confidence ?? (violation === undefined ? DERIVED_CONFIDENCE : 1),
    blocked: violation?.blocked ?? decision !== 'allow',
    policyId: violation?.policyId,
  };
};

const violationTypeOf = (facts: SecurityFacts): Violation['type'] | undefined => {
  switch (facts.action) {
    case 'permission_denied':
      return 'insufficient_permission';
    case 'unauthorized_access':
      return accessViolation(facts);
    case 'role_changed':
      return roleViolation(facts);
    default:
      return undefined;
  }
};

const accessViolation = ({ actor, errorCode = '' }: SecurityFacts): Violation['type'] => {
  if (actor?.type === 'unauthenticated') return 'unauthenticated_access';
  if (/expired/i.test(errorCode)) return 'expired_session';
  if (/token|signature|jwt/i.test(errorCode)) return 'invalid_token';
  return 'authentication_failure';
};

const ADMIN = /(^|[^a-z])(admin|administrator|owner|root|superuser)([^a-z]|$)/i;
const isAdmin = (role: string | undefined): boolean => role !== undefined && ADMIN.test(role);

const roleViolation = ({ sent }: SecurityFacts): Violation['type'] => {
  if (isAdmin(sent.grantedRole)) return 'privilege_escalation';
  return sent.grantedRole === undefined && sent.requestedRole === undefined ? 'privilege_reduction' : 'none';
};

const SENSITIVE = /^(restricted|confidential|secret|top.?secret|sensitive|pii|phi|pci)$/i;

const DEFAULT_SEVERITY: Readonly<Record<Violation['type'], Severity>> = {
  insufficient_permission: 'low',
  authentication_failure: 'low',
  brute_force: 'high',
  invalid_token: 'low',
  expired_session: 'info',
  unauthenticated_access: 'medium',
  cross_tenant_access: 'critical',
  privilege_escalation: 'high',
  privilege_reduction: 'info',
  policy_weakened: 'high',
  none: 'info',
};

const severityOf = (type: Violation['type'], facts: SecurityFacts): Severity =>
  isAggravated(type, facts) ? AGGRAVATED[type]! : DEFAULT_SEVERITY[type];

const AGGRAVATED: Partial<Record<Violation['type'], Severity>> = {
  insufficient_permission: 'high',
  unauthenticated_access: 'high',
  privilege_escalation: 'critical',
};

const isAggravated = (type: Violation['type'], { sent, outcome, actor, object }: SecurityFacts): boolean => {
  switch (type) {
    case 'insufficient_permission':
      return sent.dataClassification !== undefined && SENSITIVE.test(sent.dataClassification);
    case 'unauthenticated_access':
      return outcome === 'success';
    case 'privilege_escalation':
      return isAdmin(sent.grantedRole) || (actor?.id !== undefined && actor.id === object?.id);
    default:
      return false;
  }
};
