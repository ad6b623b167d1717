// Which traces a batch belongs to, from a bounded look at its events.
import type { RawEvent } from '../event/raw-event.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import { isSpanId, isTraceId, parseTraceparent } from '../event/trace-context.ts';

/** The most links of a span, and the most events of a batch that are looked at. */
export const MAX_LINKS = 32;
/** The scope of the collector's own spans, by which another collector knows them whatever its service is called. */
export const SCOPE_NAME = 'betalogs-collector';

export interface SpanReference {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export interface TraceFacts {
  /** It is a span of a collector. */
  readonly isOwn: boolean;
  readonly references: readonly SpanReference[];
}

/** `read` at up to 32 positions, evenly over `count`. */
export const examine = (count: number, read: (position: number) => TraceFacts): readonly TraceFacts[] => {
  const step = Math.max(1, count / MAX_LINKS);
  const examined = Math.min(count, MAX_LINKS);
  return Array.from({ length: examined }, (_, i) => read(Math.floor(i * step)));
};

/** Each span once, at most 32. */
export const referencesOf = (facts: readonly TraceFacts[]): readonly SpanReference[] => {
  const references = new Map<string, SpanReference>();
  for (const reference of facts.flatMap((fact) => fact.references)) {
    if (references.size >= MAX_LINKS) break;
    references.set(`${reference.traceId}${reference.spanId}`, reference);
  }
  return [...references.values()];
};

type Section = Readonly<Record<string, unknown>>;

/** The event's own context, and the hop that brought it. Nothing of it is checked yet. */
export const factsOfRaw = ({ content, source }: RawEvent, serviceName: string): TraceFacts => {
  const correlation = sectionOf(content['correlation']);
  const own = referenceOf(correlation['traceId'] ?? content['traceId'], correlation['spanId'] ?? content['spanId']);
  const traceparents = [correlation['traceparent'], content['traceparent'], source.traceparent];
  const parsed = traceparents.map((text) => (typeof text === 'string' ? parseTraceparent(text) : undefined));
  return {
    isOwn: isOwn(sectionOf(content['service'])['name'], sectionOf(content['attributes']), serviceName),
    references: [own, ...parsed].filter((reference) => reference !== undefined),
  };
};

export const factsOfEvent = ({ service, correlation, attributes }: CanonicalEvent, serviceName: string): TraceFacts => {
  const own = referenceOf(correlation.traceId, correlation.spanId, correlation.traceFlags);
  return {
    isOwn: isOwn(service?.name, attributes ?? {}, serviceName),
    references: own === undefined ? [] : [own],
  };
};

const isOwn = (service: unknown, attributes: Section, serviceName: string): boolean =>
  service === serviceName || attributes['otel.scope.name'] === SCOPE_NAME;

const sectionOf = (value: unknown): Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};

const referenceOf = (traceId: unknown, spanId: unknown, traceFlags = 0): SpanReference | undefined =>
  typeof traceId === 'string' && typeof spanId === 'string' && isTraceId(traceId) && isSpanId(spanId)
    ? { traceId, spanId, traceFlags }
    : undefined;
