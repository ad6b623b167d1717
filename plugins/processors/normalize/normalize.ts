// The step from what was sent to the one form that is stored (EVENTS.md 1 and 2).
import { evidenceOf } from '../../../src/event/evidence.ts';
import { eventTimeOf, timeError, type EventTime } from '../../../src/event/event-time.ts';
import type { EventError } from '../../../src/event/event-error.ts';
import { decideOutcome, severityFor } from '../../../src/event/outcome.ts';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { CanonicalEvent, NativeEvent, OutcomeValue, Warning } from '../../../src/event/schema.ts';
import { formatInstant, type Clock, type Instant } from '../../../src/event/time.ts';
import { rejectAll, type BatchOrigin, type Rejected } from '../../../src/sdk/index.ts';
import { attributeErrors, fitAttributes } from './attributes.ts';
import { correlationOf } from './correlation.ts';
import { eventIdOf, fingerprintOf, identityOf } from './identity.ts';
import { warn, type Notes } from './notes.ts';
import { actorOf, deploymentOf, errorOf, isErrorDue, requestOf, tidyContent } from './sections.ts';
import { securityOf } from './security.ts';
import { sentSource, sourceOf } from './source.ts';
import { placeStrays, type Free } from './strays.ts';
import { surveyOf, type AttributeLimits, type Survey } from './survey.ts';
import { noteCuts, sizeOf, truncate } from './truncate.ts';

export interface NormalizerOptions {
  readonly maxEventBytes: number;
  /** What to do with an event, or an attribute, that is larger than allowed. */
  readonly oversize: 'truncate' | 'reject';
  /** 128 keys and 4 KiB, or less. */
  readonly attributeLimits?: AttributeLimits;
  /** Leaves query strings in `request.path`. */
  readonly keepQueries?: boolean;
  readonly pipelineVersion: string;
  readonly clock: Pick<Clock, 'now'>;
  /** The tenant's key for fingerprints. */
  fingerprintKey(tenant: string): Buffer;
}

/** Further ahead of its receipt than this, an event's time is worth a warning. */
const AHEAD_SECONDS = 300;
/** JSON takes at most this much more than what was received, byte for byte, plus what the edge adds. */
const GROWTH = 6;
const ADDED_BYTES = 4096;

/** One event while it is made. */
interface Draft {
  readonly raw: RawEvent;
  readonly origin: BatchOrigin;
  readonly time: EventTime;
  readonly notes: Notes;
  readonly fingerprint: string | undefined;
  readonly sent: NativeEvent;
  readonly survey: Survey;
}

const ATTRIBUTE_LIMITS: AttributeLimits = { maxKeys: 128, maxBytes: 4096 };

export class EventNormalizer {
  readonly #options: NormalizerOptions;
  readonly #limits: AttributeLimits;
  readonly #fingerprintKeys = new Map<string, Buffer>();
  #processed: { readonly origin: BatchOrigin; readonly text: string } | undefined;
  #received: { readonly instant: Instant; readonly text: string } | undefined;

  constructor(options: NormalizerOptions) {
    this.#options = options;
    this.#limits = options.attributeLimits ?? ATTRIBUTE_LIMITS;
  }

  /** Takes over `raw.content`: parts of it become parts of the event; of a canonical one, all of it. */
  normalize(raw: RawEvent, origin: BatchOrigin): CanonicalEvent | Rejected {
    if (raw.canonical === true) return raw.content as unknown as CanonicalEvent;
    const time = eventTimeOf(raw);
    if (typeof time === 'string') return rejectAll([timeError(time)]);
    const notes: Notes = { warnings: raw.warnings === undefined ? undefined : [...raw.warnings], strays: undefined };
    const fingerprint = this.#fingerprint(raw, origin);
    const sent = tidyContent(raw.content, notes);
    const survey = surveyOf(sent.attributes, sent.data, this.#limits);
    const event = this.#build({ raw, origin, time, notes, fingerprint, sent, survey });
    const whole = notes.strays === undefined ? survey : surveyOf(event.attributes, undefined, this.#limits);
    const errors = this.#limit(event, raw, whole);
    return errors === undefined ? event : rejectAll(errors);
  }

  #build({ raw, origin, time, notes, fingerprint, sent, survey }: Draft): CanonicalEvent {
    const sentBy = sentSource(sent.source);
    const identity = identityOf(raw, sentBy);
    const eventId = eventIdOf(origin.tenant, raw, identity);
    const error = sent.error === undefined ? undefined : errorOf(sent, survey);
    const outcome = outcomeOf(sent, survey, error, notes);
    const correlation = correlationOf(raw, sent.correlation, eventId, notes);
    warnOfTime(time, raw, identity !== undefined, notes);
    const source = sourceOf(raw, sentBy, identity, notes);
    const { attributes, data } = freeOf(sent, notes, this.#limits);
    return {
      schemaVersion: '1.0',
      eventId,
      tenantId: origin.tenant,
      category: sent.category,
      action: sent.action,
      actionType: sent.actionType,
      timestamp: time.text,
      timestampOriginal: time.original,
      timestampSource: time.source,
      receivedAt: this.#receivedAt(raw.receivedAt),
      processedAt: this.#processedAt(origin),
      outcome,
      outcomeReason: sent.outcomeReason,
      outcomeCode: sent.outcomeCode === undefined ? undefined : String(sent.outcomeCode),
      severity: severityFor(outcome, sent.severity),
      description: sent.description,
      actor: actorOf(sent.actor),
      object: sent.object,
      objects: sent.objects,
      changes: sent.changes,
      service: sent.service,
      request: this.#options.keepQueries === true ? sent.request : requestOf(sent.request),
      error: error ?? (isErrorDue(sent, outcome) ? errorOf(sent, survey) : undefined),
      github: sent.github,
      deployment: deploymentOf(sent),
      evidence: evidenceFor(sent, raw),
      security: securityFor(sent, outcome, origin.tenant),
      correlation,
      source,
      data,
      attributes,
      processing: this.#processing(notes.warnings),
      // The hash is over bytes that are not written yet: the seal fills it in.
      integrity: { contentHash: '', fingerprint, rawSize: raw.rawSize },
    };
  }

  #processing(warnings: Warning[] | undefined): CanonicalEvent['processing'] {
    return {
      pipelineVersion: this.#options.pipelineVersion,
      attempt: 1,
      truncated: false,
      untruncatedSize: undefined,
      truncatedPaths: undefined,
      truncatedCount: undefined,
      redactions: undefined,
      warnings,
      late: undefined,
      replayOf: undefined,
    };
  }

  /** Undefined for an event that its sender did not name. Before anything of the content changes hands. */
  #fingerprint(raw: RawEvent, { tenant }: BatchOrigin): string | undefined {
    const source = raw.content['source'] as NativeEvent['source'];
    if (identityOf(raw, sentSource(source)) === undefined) return undefined;
    let key = this.#fingerprintKeys.get(tenant);
    if (key === undefined) this.#fingerprintKeys.set(tenant, (key = this.#options.fingerprintKey(tenant)));
    return fingerprintOf(raw, key);
  }

  /** What is wrong with the event's size, where it may not be cut or cutting does not help. */
  #limit(event: CanonicalEvent, { rawSize }: RawEvent, survey: Survey): EventError[] | undefined {
    const { maxEventBytes, oversize } = this.#options;
    if (survey.overLimit && oversize === 'reject') return attributeErrors(event.attributes!, this.#limits);
    if (survey.overLimit) cutAttributes(event, this.#limits);
    if ((rawSize + survey.attributeChars) * GROWTH + ADDED_BYTES <= maxEventBytes) return undefined;
    const size = sizeOf(event);
    if (size <= maxEventBytes || (oversize === 'truncate' && truncate(event, size, maxEventBytes))) return undefined;
    return [{ code: 'EVENT_TOO_LARGE', path: '', message: `takes more than ${maxEventBytes} bytes in canonical form` }];
  }

  /** All events of a request share their instant: it is written once. */
  #receivedAt(instant: Instant): string {
    if (this.#received?.instant !== instant) this.#received = { instant, text: formatInstant(instant) };
    return this.#received.text;
  }

  #processedAt(origin: BatchOrigin): string {
    if (this.#processed?.origin !== origin)
      this.#processed = { origin, text: formatInstant(this.#options.clock.now()) };
    return this.#processed.text;
  }
}

const cutAttributes = (event: CanonicalEvent, limits: AttributeLimits): void => {
  const size = sizeOf(event);
  const cut = new Set<string>();
  const { attributes, data } = fitAttributes(event.attributes!, event.data, limits, cut);
  event.attributes = attributes;
  event.data = data;
  if (cut.size > 0) noteCuts(event, cut, size);
};

const warnOfTime = (time: EventTime, raw: RawEvent, isNamed: boolean, notes: Notes): void => {
  if (time.zoneAssumed) warn(notes, 'timestamp_zone_assumed', '/timestamp');
  if (isNamed && time.source === 'received') warn(notes, 'identity_without_time', '/timestamp');
  if (time.instant.seconds - raw.receivedAt.seconds > AHEAD_SECONDS) warn(notes, 'timestamp_ahead', '/timestamp');
};

const outcomeOf = (sent: NativeEvent, survey: Survey, error: CanonicalEvent['error'], notes: Notes): OutcomeValue => {
  const isDescribed = (error?.type ?? error?.code ?? error?.message ?? error?.stack) !== undefined;
  const { outcome, conflict } = decideOutcome({
    category: sent.category,
    action: sent.action,
    outcome: sent.outcome,
    isFailure: survey.isFailure,
    decision: sent.security?.decision,
    blocked: sent.security?.violation?.blocked,
    deploymentStatus: sent.deployment?.status,
    conclusion: sent.github?.workflow?.conclusion,
    errorClass: isDescribed ? error?.class : undefined,
    bareErrorClass: isDescribed ? undefined : error?.class,
    spanStatus: survey.spanStatus,
    httpStatus: sent.request?.statusCode ?? survey.httpStatus,
    grpcStatus: survey.grpcStatus,
    nestedStatus: survey.nestedStatus,
  });
  if (conflict !== undefined) warn(notes, 'outcome_conflict', '/outcome', `${outcome}, ${conflict}`);
  return outcome;
};

const evidenceFor = (sent: NativeEvent, { source }: RawEvent): CanonicalEvent['evidence'] => {
  if (sent.category !== 'delivery' && sent.evidence === undefined) return undefined;
  const evidence = evidenceOf(sent, source.kind === 'github');
  return evidence.length === 0 ? undefined : evidence;
};

const securityFor = (sent: NativeEvent, outcome: OutcomeValue, tenant: string): CanonicalEvent['security'] => {
  if (sent.category !== 'security' && sent.security === undefined) return undefined;
  const { category, action, actionType, actor, object, changes, security = {} } = sent;
  return securityOf({
    category,
    action,
    actionType,
    outcome,
    sent: security,
    actor,
    object,
    changes,
    words: action === 'unauthorized_access' ? wordsOf(sent) : '',
    tenant,
    targetTenant: targetTenantOf(sent),
  });
};

const wordsOf = ({ error, outcomeCode, outcomeReason }: NativeEvent): string =>
  `${error?.code ?? ''} ${error?.type ?? ''} ${String(outcomeCode ?? '')} ${outcomeReason ?? ''}`;

const targetTenantOf = ({ data, attributes }: NativeEvent): string | undefined => {
  const named = data?.['targetTenantId'] ?? data?.['target_tenant_id'] ?? attributes?.['target.tenant.id'];
  return typeof named === 'string' ? named : undefined;
};

const freeOf = ({ attributes, data }: NativeEvent, { strays }: Notes, limits: AttributeLimits): Free => {
  const free: Free = { attributes, data };
  return strays === undefined ? free : placeStrays(free, strays, limits);
};
