// One Span to the content of an event, where it is one (EVENTS.md 7).
import { grpcStatusName } from '../../event/grpc-status.ts';
import { type Dropped, drop } from '../../sdk/index.ts';
import {
  addSections,
  collect,
  type Draft,
  finish,
  keep,
  keepNested,
  newDraft,
  type Surroundings,
  warn,
} from './draft.ts';
import { FACT, type Facts, fits } from './facts.ts';
import { addHead, addSourceType, addTrace } from './identity.ts';
import { addDerived } from './derived.ts';
import { nanosText } from './nanos.ts';
import { type OtlpLink, type OtlpSpan, type OtlpSpanEvent, type OtlpValue } from './decode/request.ts';
import { fill, type Section, setIf } from './sections.ts';
import { CLIENT, ERROR, grpcStatus, spanAction, spanOutcome, statusOf } from './span-kind.ts';

const MAX_LINKS = 32;

export const mapSpan = (
  span: OtlpSpan,
  surroundings: Surroundings,
  facts: Facts,
  keepAll: boolean,
): Draft | Dropped => {
  const draft = newDraft();
  collect(draft, facts, span.attributes);
  const exception = collectException(draft, facts, span.events);
  const status = statusOf(span, facts, draft.attributes);
  const isNamed = facts.peek(FACT['activity.action']) !== undefined;
  const action = isNamed ? undefined : (spanAction(span, status) ?? (keepAll ? 'x.span' : undefined));
  if (action === undefined && !isNamed) {
    facts.drain(() => undefined);
    return drop('span_not_an_event');
  }
  addHead(draft, facts, { action: action ?? 'x.span', category: undefined });
  describe(draft, span);
  // What the sender named itself ends as its name, its error and its codes say.
  if (action !== undefined) setIf(draft.content, 'outcome', spanOutcome(action, status));
  addSections(draft, facts);
  addDuration(draft, span);
  addObject(draft, action);
  if (facts.hasDerived) addDerived(draft, facts);
  addError(draft, span, action);
  addTrace(draft, span, facts);
  addSpanContext(draft, span);
  addEvents(draft, span.events, exception);
  addWarnings(draft, span);
  draft.instant = action === 'request_received' ? (span.start ?? span.end) : (span.end ?? span.start);
  finish(draft, facts, surroundings);
  return draft;
};

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

const describe = (draft: Draft, span: OtlpSpan): void => {
  addSourceType(draft, fits(span.name, 256) ? span.name : '');
  if (!fits(span.name, 256)) keep(draft, 'span.name', span.name);
  keep(draft, 'span.kind', KINDS[span.kind] ?? span.kind);
};

/** The last exception is the one that the span ended with. */
const collectException = (draft: Draft, facts: Facts, events: readonly OtlpSpanEvent[]): OtlpSpanEvent | undefined => {
  const exception = events.findLast(({ name }) => name === 'exception');
  if (exception !== undefined) collect(draft, facts, exception.attributes);
  return exception;
};

const addEvents = (draft: Draft, events: readonly OtlpSpanEvent[], exception: OtlpSpanEvent | undefined): void => {
  const others = events.filter((event) => event !== exception);
  if (others.length > 0) keepNested(draft, 'events', others.map(eventMap));
};

const eventMap = (event: OtlpSpanEvent): Section => {
  const map: Section = { name: event.name };
  setIf(map, 'timeUnixNano', event.time && nanosText(event.time));
  return Object.assign(map, attributesPart(event.attributes));
};

const attributesPart = ({ keys, values }: OtlpSpanEvent['attributes']): Section =>
  keys.length === 0 ? {} : { attributes: Object.fromEntries(keys.map((key, i) => [key, values[i]])) };

const durationMs = (span: OtlpSpan): number | undefined => {
  if (span.start === undefined || span.end === undefined) return undefined;
  const ms = (span.end.seconds - span.start.seconds) * 1e3 + (span.end.nanos - span.start.nanos) / 1e6;
  return ms < 0 ? undefined : Math.round(ms * 1e6) / 1e6;
};

const addDuration = ({ content }: Draft, span: OtlpSpan): void => {
  const duration = durationMs(span);
  if (duration !== undefined) fill(content, 'request', setDuration, duration);
};

const setDuration = (request: Section, duration: number): void => setIf(request, 'durationMs', duration);

const OBJECT_KEYS: Readonly<Record<string, readonly (readonly [key: string, type: string])[]>> = {
  request_received: [
    ['http.route', 'route'],
    ['url.route', 'route'],
  ],
  db_error: [
    ['db.collection.name', 'db.collection'],
    ['db.sql.table', 'db.collection'],
    ['db.mongodb.collection', 'db.collection'],
    ['db.cassandra.table', 'db.collection'],
  ],
};

const addObject = ({ content, attributes }: Draft, action: string | undefined): void => {
  if (content['object'] !== undefined) return;
  for (const [key, type] of OBJECT_KEYS[action ?? ''] ?? []) {
    const id = attributes[key];
    if (typeof id !== 'string' || id === '' || !fits(id, 256)) continue;
    content['object'] = { type, id };
    return;
  }
};

const PEER_KEYS = [
  'service.peer.name',
  'peer.service',
  'db.system.name',
  'db.system',
  'messaging.system',
  'server.address',
  'net.peer.name',
];

const addError = (draft: Draft, span: OtlpSpan, action: string | undefined): void => {
  const { content } = draft;
  if (content['error'] === undefined && span.statusCode !== ERROR && action !== 'downstream_timeout') return;
  fill(content, 'error', fillSpanError, { draft, span });
};

const fillSpanError = (error: Section, { draft, span }: { draft: Draft; span: OtlpSpan }): void => {
  addStatusMessage(draft, error, span.statusMessage);
  const grpc = grpcStatus(draft.attributes);
  if (grpc !== undefined && grpc > 0) setIf(error, 'code', grpcStatusName(grpc));
  if (span.kind === CLIENT) setIf(error, 'dependency', PEER_KEYS.map((key) => draft.attributes[key]).find(isPeer));
};

const isPeer = (value: OtlpValue | undefined): value is string =>
  typeof value === 'string' && value !== '' && fits(value, 256);

const addStatusMessage = (draft: Draft, error: Section, message: string): void => {
  if (message === '' || message === error['message']) return;
  if (error['message'] === undefined && fits(message, 2048)) error['message'] = message;
  else keep(draft, 'status.message', message);
};

const addSpanContext = (draft: Draft, span: OtlpSpan): void => {
  const links = span.links.filter(({ traceId }) => traceId !== '');
  fill(draft.content, 'correlation', fillSpanContext, { span, links });
  if (links.length > MAX_LINKS || links.some(hasMore)) keepNested(draft, 'links', span.links.map(fullLink));
};

const fillSpanContext = (
  correlation: Section,
  { span, links }: { span: OtlpSpan; links: readonly OtlpLink[] },
): void => {
  if (span.parentSpanId !== '') setIf(correlation, 'parentSpanId', span.parentSpanId);
  if (span.traceState !== '' && fits(span.traceState, 512)) setIf(correlation, 'traceState', span.traceState);
  if (links.length > 0) setIf(correlation, 'links', links.slice(0, MAX_LINKS).map(linkMap));
};

const hasMore = ({ attributes, traceState }: OtlpLink): boolean => attributes.keys.length > 0 || traceState !== '';

const linkMap = ({ traceId, spanId }: OtlpLink): Section => {
  const link: Section = { correlationId: `trace:${traceId}`, type: 'span_link', traceId };
  if (spanId !== '') link['spanId'] = spanId;
  return link;
};

const fullLink = ({ traceId, spanId, traceState, attributes }: OtlpLink): Section => ({
  traceId,
  spanId,
  ...(traceState !== '' && { traceState }),
  ...attributesPart(attributes),
});

const lacksAttributes = (part: { droppedAttributesCount: number }): boolean => part.droppedAttributesCount > 0;

const addWarnings = (draft: Draft, span: OtlpSpan): void => {
  if (span.droppedAttributesCount > 0) warn(draft, 'attributes_dropped', '/attributes');
  if (span.droppedEventsCount > 0) warn(draft, 'span_events_dropped', '/data/events');
  if (span.droppedLinksCount > 0) warn(draft, 'span_links_dropped', '/correlation/links');
  if (span.events.some(lacksAttributes)) warn(draft, 'span_event_attributes_dropped', '/data/events');
  if (span.links.some(lacksAttributes)) warn(draft, 'span_link_attributes_dropped', '/data/links');
  if (span.badId) warn(draft, 'trace_context_invalid', '/correlation');
};
