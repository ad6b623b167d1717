// A violation as the event and the audit record that tell of it. Pure.
import { nameBasedId } from '../event/ids.ts';
import type { RawEvent } from '../event/raw-event.ts';
import { formatInstant, type Instant } from '../event/time.ts';
import type { AuditRecord } from '../journal/format/records.ts';
import type { Violation } from '../sdk/index.ts';

export interface Occurrence extends Violation {
  readonly at: Instant;
  /** What it is derived from: a refused event, or an id of its own. Decides the event's id. */
  readonly causeId: string;
  /** Set where the cause is an event. */
  readonly isEvent: boolean;
  /** Events of the batch that were refused for it. */
  readonly events?: number;
  /** Others like it that were left out before it. */
  readonly leftOut: number;
}

type Words = Readonly<{ action: string; outcome: string; severity: number; level: string; description: string }>;
const DENIED = { action: 'unauthorized_access', outcome: 'denied' };
const WORDS: Readonly<Record<Violation['type'], Words>> = {
  cross_tenant_access: {
    ...DENIED,
    severity: 21,
    level: 'critical',
    description: 'a credential was used to name a tenant that is not its own',
  },
  authentication_failure: {
    ...DENIED,
    outcome: 'failure',
    severity: 13,
    level: 'low',
    description: 'a wrong API key with a known prefix',
  },
  expired_session: {
    ...DENIED,
    outcome: 'failure',
    severity: 13,
    level: 'info',
    description: 'an expired credential',
  },
  insufficient_permission: {
    action: 'permission_denied',
    outcome: 'denied',
    severity: 13,
    level: 'low',
    description: 'a credential without the scope that is asked for',
  },
  invalid_token: { ...DENIED, outcome: 'failure', severity: 13, level: 'low', description: 'a token that is not good' },
  unauthenticated_access: { ...DENIED, severity: 13, level: 'medium', description: 'no credential' },
};

/** Native content: the pipeline makes of it what it makes of any event. Nothing of what was sent is in it. */
export const violationEvent = (occurrence: Occurrence): RawEvent => {
  const { type, tenant, principal, component, request, at, causeId, isEvent, events, leftOut } = occurrence;
  const { level, ...words } = WORDS[type];
  return {
    content: {
      category: 'security',
      ...words,
      actor: { id: principal, type: actorType(principal) },
      security: { violation: { type, severity: level, confidence: 1, blocked: true }, decision: 'deny' },
      ...(request !== undefined && { request }),
      ...(isEvent && { correlation: { causationId: causeId } }),
      data: { component, ...(events !== undefined && { refusedEvents: events }), leftOut },
    },
    source: { kind: 'api', receiver: component },
    eventId: nameBasedId(tenant, 'violation', type, causeId),
    receivedAt: at,
    rawSize: 0,
  };
};

const actorType = (principal: string): string => {
  if (principal.startsWith('blk_')) return 'api_key';
  return principal === 'anyone' || principal === 'loopback' ? 'unknown' : 'service_account';
};

export const violationRecord = (occurrence: Occurrence): AuditRecord => {
  const { type, tenant, principal, component, request, at, events, leftOut } = occurrence;
  return {
    operation: type === 'cross_tenant_access' ? 'tenant_violation' : 'authentication',
    violation: type,
    tenant,
    principal,
    decision: 'deny',
    time: formatInstant(at),
    component,
    ...(request !== undefined && { request }),
    ...(events !== undefined && { events }),
    leftOut,
  };
};
