// The sender's trace context and keys, checked and in canonical form. Which group they make is `correlate`'s to say.
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { CanonicalEvent, NativeEvent } from '../../../src/event/schema.ts';
import {
  isSpanId,
  isTraceId,
  isTraceState,
  parseTraceparent,
  type TraceParent,
} from '../../../src/event/trace-context.ts';
import { addStray, warn, type Notes } from './notes.ts';

export type Correlation = CanonicalEvent['correlation'];
type Sent = NonNullable<NativeEvent['correlation']>;
type Link = NonNullable<Correlation['links']>[number];

/** A UUID, or a name that is safe in a URL and in a log. */
const EXPLICIT_ID = /^[A-Za-z0-9][A-Za-z0-9._:@/#+=-]{0,127}$/;
const NOTHING: Sent = {};

export const correlationOf = (raw: RawEvent, sent: Sent = NOTHING, eventId: string, notes: Notes): Correlation => {
  const explicit = checked(sent.correlationId, (id) => EXPLICIT_ID.test(id), 'correlationId', notes);
  const parent = parentOf(sent, notes);
  const traceId = hexId(sent.traceId, isTraceId, 'traceId', notes) ?? parent?.traceId;
  const own = parent !== undefined && parent.traceId === traceId ? parent : undefined;
  const state = stateOf(sent, own, traceId, notes);
  return {
    correlationId: explicit ?? eventId,
    method: explicit === undefined ? 'singleton' : 'explicit',
    confidence: explicit === undefined ? 0 : 1,
    traceId,
    spanId: hexId(sent.spanId, isSpanId, 'spanId', notes) ?? own?.spanId,
    parentSpanId: hexId(sent.parentSpanId, isSpanId, 'parentSpanId', notes),
    traceFlags: sent.traceFlags ?? own?.traceFlags,
    traceState: checked(state, isTraceState, 'tracestate', notes),
    businessKeys: keysOf(sent.businessKeys),
    causationId: sent.causationId,
    sessionId: sent.sessionId,
    links: linksOf(raw.source.traceparent, traceId, sent.links, notes),
  };
};

const MAX_KEPT_BYTES = 128;
/** What is refused is kept as text beside the event, and never used. */
const refuse = (name: string, text: string, notes: Notes): void => {
  warn(
    notes,
    name === 'correlationId' ? 'correlation_id_invalid' : 'trace_context_invalid',
    `/correlation/${name.replaceAll('.', '/')}`,
  );
  addStray(notes, `correlation.${name}`, kept(text));
};
const kept = (text: string): string =>
  Buffer.from(text)
    .subarray(0, MAX_KEPT_BYTES)
    .toString()
    .replace(/\ufffd+$/, '');

const checked = (
  text: string | undefined,
  isValid: (text: string) => boolean,
  name: string,
  notes: Notes,
): string | undefined => {
  if (text === undefined || text === '' || isValid(text)) return text === '' ? undefined : text;
  refuse(name, text, notes);
  return undefined;
};

/** Ids given by themselves are taken in either case; a `traceparent` is not. What is refused keeps its own. */
const hexId = (
  text: string | undefined,
  isValid: (text: string) => boolean,
  name: string,
  notes: Notes,
): string | undefined => {
  const lower = text?.toLowerCase();
  return lower !== undefined && isValid(lower) ? lower : checked(text, isValid, name, notes);
};

const parentOf = ({ traceparent, traceId }: Sent, notes: Notes): TraceParent | undefined => {
  if (traceparent === undefined) return undefined;
  const parent = parseTraceparent(traceparent);
  if (parent !== undefined && (traceId === undefined || traceId.toLowerCase() === parent.traceId)) return parent;
  refuse('traceparent', traceparent, notes);
  return undefined;
};

/** A state is worth nothing without the parent that it came with, nor without any trace. */
const stateOf = (
  { traceparent, traceState, tracestate }: Sent,
  own: TraceParent | undefined,
  traceId: string | undefined,
  notes: Notes,
): string | undefined => {
  const isRefused = traceparent !== undefined && own === undefined;
  if (isRefused && tracestate !== undefined) addStray(notes, 'correlation.tracestate', kept(tracestate));
  if (isRefused && traceId === undefined && traceState !== undefined)
    addStray(notes, 'correlation.traceState', kept(traceState));
  return isRefused && traceId === undefined ? undefined : (traceState ?? (isRefused ? undefined : tracestate));
};

const keysOf = (sent: Sent['businessKeys']): Record<string, string> | undefined => {
  if (sent === undefined) return undefined;
  const keys: Record<string, string> = {};
  for (const type of Object.keys(sent).toSorted()) keys[type] = textOf(sent[type]);
  return keys;
};

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'rawJSON' in value ? String(value.rawJSON) : String(value);

const MAX_LINKS = 32;

const linksOf = (
  hop: string | undefined,
  traceId: string | undefined,
  sent: Sent['links'],
  notes: Notes,
): Link[] | undefined => {
  const transport = hop === undefined ? undefined : parseTraceparent(hop);
  if (hop !== undefined && transport === undefined) refuse('hop', hop, notes);
  const isOtherTrace = transport !== undefined && transport.traceId !== traceId;
  if (sent === undefined && !isOtherTrace) return undefined;
  const links = (sent ?? []).flatMap((link, i) => linkOf(link, i, notes));
  if (isOtherTrace && links.length < MAX_LINKS) links.push(hopLink(transport));
  return links.length === 0 ? undefined : links;
};

const hopLink = ({ traceId, spanId }: TraceParent): Link => ({
  correlationId: `trace:${traceId}`,
  type: 'hop',
  traceId,
  spanId,
});

const linkOf = (sent: NonNullable<Sent['links']>[number], position: number, notes: Notes): Link[] => {
  const traceId = hexId(sent.traceId, isTraceId, `links.${position}.traceId`, notes);
  const spanId = hexId(sent.spanId, isSpanId, `links.${position}.spanId`, notes);
  const correlationId = sent.correlationId ?? (traceId === undefined ? undefined : `trace:${traceId}`);
  if (correlationId === undefined) {
    warn(notes, 'link_without_target', `/correlation/links/${position}`);
    return [];
  }
  return [{ correlationId, type: sent.type, role: sent.role, traceId, spanId }];
};
