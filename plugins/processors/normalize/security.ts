// Who was let through, and what that violated: always said, so that "attempted and stopped" and "succeeded" stay apart.
import type { CanonicalEvent, NativeEvent, OutcomeValue } from '../../../src/event/schema.ts';
import { isAdmin, isReduction, isWeakened, rolesChanged, type RoleFacts } from './roles.ts';

type Security = NonNullable<CanonicalEvent['security']>;
type Violation = NonNullable<Security['violation']>;
type Severity = Violation['severity'];

export interface SecurityFacts extends RoleFacts {
  readonly category: NativeEvent['category'];
  readonly action: string;
  readonly outcome: OutcomeValue;
  readonly actor: NativeEvent['actor'];
  /** What the sender's error and its outcome's code and reason say. */
  readonly words: string;
  readonly tenant: string;
  /** The tenant that was reached for, where the sender says so. */
  readonly targetTenant: string | undefined;
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
      return facts.category === 'security' ? otherViolation(facts) : undefined;
  }
};

/** Of an action of the sender's own: it always says that nothing was violated, or what was. */
const otherViolation = ({ outcome, actor }: SecurityFacts): Violation['type'] => {
  if (outcome !== 'denied') return 'none';
  return actor?.type === 'unauthenticated' ? 'unauthenticated_access' : 'insufficient_permission';
};

const accessViolation = ({ actor, words, tenant, targetTenant }: SecurityFacts): Violation['type'] => {
  if (targetTenant !== undefined && targetTenant !== tenant) return 'cross_tenant_access';
  if (/cross[ _-]?tenant|tenant[ _-]?mismatch/i.test(words)) return 'cross_tenant_access';
  if (actor?.type === 'unauthenticated') return 'unauthenticated_access';
  if (/expired/i.test(words)) return 'expired_session';
  return /token|signature|jwt/i.test(words) ? 'invalid_token' : 'authentication_failure';
};

const roleViolation = (facts: SecurityFacts): Violation['type'] => {
  if (isWeakened(facts)) return 'policy_weakened';
  const roles = rolesChanged(facts);
  if (roles.gained.some(isAdmin) || isAdminScope(facts.sent.permission)) return 'privilege_escalation';
  return isReduction(roles, facts) ? 'privilege_reduction' : 'none';
};

const isAdminScope = (permission: string | undefined): boolean =>
  permission !== undefined && (/^\*([.:/]\*)*$/.test(permission) || isAdmin(permission));

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

const isAggravated = (type: Violation['type'], facts: SecurityFacts): boolean => {
  const { sent, outcome, actor, object } = facts;
  switch (type) {
    case 'insufficient_permission':
      return sent.dataClassification !== undefined && SENSITIVE.test(sent.dataClassification);
    case 'unauthenticated_access':
      return outcome === 'success';
    case 'privilege_escalation':
      return rolesChanged(facts).gained.some(isAdmin) || (actor?.id !== undefined && actor.id === object?.id);
    default:
      return false;
  }
};
