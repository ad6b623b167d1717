// Which event completes an alarm. Event time decides, never the clock: a replay finds what the first run found.
import { parseInstant } from '../../../src/event/time.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { alarmEvent, distinct, subjectKey, type Subject } from './alarm.ts';
import { createSubjects } from './subjects.ts';
import { newTrail, take, type Failure, type Rule, type Trail } from './window.ts';

export interface DetectorOptions extends Rule {
  /** Actors and addresses that are remembered at once, of all tenants. */
  readonly maxSubjects: number;
  /** Actions that may be a failed authentication. */
  readonly actions: readonly string[];
}

/** The alarms that an event raises: usually none, at most one. The event itself is left as it is. */
export type Detect = (event: CanonicalEvent) => readonly CanonicalEvent[];

export const createDetect = ({ maxSubjects, actions, ...rule }: DetectorOptions): Detect => {
  const subjects = createSubjects(maxSubjects, newTrail);
  const watched = new Set(actions);
  return (event) => {
    if (event.category !== 'security' || !watched.has(event.action) || !isFailedAuthentication(event)) return NONE;
    const failure = failureOf(event);
    if (failure === undefined) return NONE;
    return subjectsOf(failure).flatMap((subject) => {
      const trail: Trail = subjects.of(event.tenantId, subjectKey(subject));
      const alarm = take(trail, failure, rule);
      if (alarm === undefined || !tellsMore(subject, alarm.failures)) return [];
      return [alarmEvent(event, subject, alarm, rule)];
    });
  };
};

const NONE: readonly CanonicalEvent[] = Object.freeze([]);

const FAILED_AUTHENTICATIONS: ReadonlySet<string | undefined> = new Set(['authentication_failure', 'invalid_token']);

const isFailedAuthentication = ({ security, outcome }: CanonicalEvent): boolean =>
  FAILED_AUTHENTICATIONS.has(security?.violation?.type) ||
  (outcome === 'failure' && security?.violation?.type !== 'brute_force');

const failureOf = (event: CanonicalEvent): Failure | undefined => {
  const parsed = parseInstant(event.timestamp);
  if (typeof parsed === 'string') return undefined;
  const { actor, security, eventId } = event;
  return {
    eventId,
    at: parsed.instant.seconds + parsed.instant.nanos / 1e9,
    actor: actor === undefined || actor.type === 'unauthenticated' || actor.id === '' ? undefined : actor.id,
    ip: actor?.ip === '' ? undefined : actor?.ip,
    blocked: security?.violation?.blocked ?? true,
  };
};

const subjectsOf = ({ actor, ip }: Failure): Subject[] => {
  const subjects: Subject[] = [];
  if (actor !== undefined) subjects.push({ kind: 'actor', id: actor });
  if (ip !== undefined) subjects.push({ kind: 'ip', id: ip });
  return subjects;
};

/** Of an address that tried one actor only, the actor's own alarm tells all. */
const tellsMore = ({ kind }: Subject, failures: readonly Failure[]): boolean =>
  kind === 'actor' || distinct(failures.map(({ actor }) => actor)).length !== 1;
