// The event that an alarm becomes: a root of its own, whose id, time and subject each replica derives alike.
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { formatInstant } from '../../../src/event/time.ts';
import type { Alarm, Failure, Rule } from './window.ts';

export const BRUTE_FORCE = 'brute_force';
const HIGH_SEVERITY = 17;

export interface Subject {
  readonly kind: 'actor' | 'ip';
  readonly id: string;
}

export const subjectKey = ({ kind, id }: Subject): string => `${kind}:${id}`;

/** `trigger` is the failure that completed the alarm. What it says of others stands there as counts alone. */
export const alarmEvent = (trigger: CanonicalEvent, subject: Subject, alarm: Alarm, rule: Rule): CanonicalEvent => {
  const { window, failures } = alarm;
  const blocked = failures.every((failure) => failure.blocked);
  const start = formatInstant({ seconds: window * rule.windowSeconds, nanos: 0 });
  const eventId = nameBasedId('detect', BRUTE_FORCE, trigger.tenantId, subjectKey(subject), String(window));
  return {
    schemaVersion: '1.0',
    eventId,
    tenantId: trigger.tenantId,
    category: 'security',
    action: 'unauthorized_access',
    actionType: 'authenticate',
    // The window's start: a time of the trigger's own would differ by replica, and be another event to some stores.
    timestamp: start,
    timestampSource: 'event',
    receivedAt: trigger.receivedAt,
    processedAt: trigger.processedAt,
    outcome: blocked ? 'denied' : 'success',
    severity: HIGH_SEVERITY,
    description: 'Many failed authentications of one subject in a short time.',
    actor: actorOf(trigger, subject, failures),
    service: trigger.service,
    security: {
      violation: { type: BRUTE_FORCE, severity: 'high', confidence: 1, blocked },
      decision: blocked ? 'deny' : 'allow',
    },
    correlation: {
      correlationId: eventId,
      method: 'singleton',
      confidence: 0,
      causationId: trigger.eventId,
      links: linksTo(trigger),
    },
    source: { kind: trigger.source.kind, name: 'detect', type: BRUTE_FORCE },
    data: evidenceOf(failures, start, rule),
    processing: { pipelineVersion: trigger.processing.pipelineVersion, attempt: 1, truncated: false },
    // The hash is over bytes that are not written yet: the seal fills it in.
    integrity: { contentHash: '', rawSize: 0 },
  };
};

const evidenceOf = (failures: readonly Failure[], windowStart: string, { threshold, windowSeconds }: Rule) => ({
  rule: BRUTE_FORCE,
  threshold,
  windowStart,
  windowSeconds,
  failures: failures.length,
  actors: distinct(failures.map(({ actor }) => actor)).length,
  ips: distinct(failures.map(({ ip }) => ip)).length,
});

export const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];

const actorOf = (
  trigger: CanonicalEvent,
  { kind, id }: Subject,
  failures: readonly Failure[],
): CanonicalEvent['actor'] => {
  if (kind === 'ip') return { id, type: 'unknown', ip: id };
  const [ip, ...others] = distinct(failures.map((failure) => failure.ip));
  return { id, type: trigger.actor?.type ?? 'unknown', ip: others.length === 0 ? ip : undefined };
};

const linksTo = ({ correlation: { traceId, spanId } }: CanonicalEvent): CanonicalEvent['correlation']['links'] =>
  traceId === undefined ? undefined : [{ correlationId: `trace:${traceId}`, type: 'caused_by', traceId, spanId }];
