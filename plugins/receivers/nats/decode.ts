// A message's body to the slots of a batch. Pure: no I/O, no clock.
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { derivedId } from '../../../src/event/ids.ts';
import { isFields } from '../../../src/event/fields.ts';
import {
  isJsonProblem,
  type JsonProblem,
  type JsonResult,
  parseJson,
  parseJsonItems,
} from '../../../src/event/json.ts';
import type { RawSource } from '../../../src/event/raw-event.ts';
import type { Instant } from '../../../src/event/time.ts';
import { type EventError, parseMediaType, type RawSlot, reject } from '../../../src/sdk/index.ts';
import { canonicalSlot } from './canonical.ts';
import type { Incoming } from './message.ts';

export interface DecodeOptions {
  /** The receiver's component id. */
  readonly receiver: string;
  readonly canonical: boolean;
  readonly maxMessageBytes: number;
  readonly maxEventBytes: number;
}

export interface Decoded {
  readonly slots: readonly RawSlot[];
  /** The text of slot `i`, where the message holds canonical lines. */
  readonly lines: readonly string[];
}
/** Nothing can be said about its events, not even how many there are. */
export interface Undecodable {
  readonly error: EventError;
}
export const isUndecodable = (result: Decoded | Undecodable): result is Undecodable => 'error' in result;

const CANONICAL = 'canonical.v1';
/** A canonical event was within the limits of the edge; what the collector added to it is not counted again. */
const CANONICAL_LIMITS = { maxDepth: 64, maxKeys: 20_000 };

export const decode = (
  message: Incoming,
  tenant: string,
  receivedAt: Instant,
  options: DecodeOptions,
): Decoded | Undecodable => {
  const { data } = message;
  if (data.length > options.maxMessageBytes)
    return undecodable('NATS_MESSAGE_TOO_LARGE', `takes more than ${options.maxMessageBytes} bytes`);
  if (!isUtf8(data)) return undecodable('BODY_NOT_UTF8', 'is not UTF-8');
  if (message.header('Nats-Encoding') !== '' || message.header('Content-Encoding') !== '')
    return undecodable('NATS_ENCODING', 'is compressed, which is not taken');
  const isCanonical = message.header('Betalogs-Format') === CANONICAL;
  if (isCanonical !== options.canonical) return isCanonical ? NOT_NATIVE : NOT_CANONICAL;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  const source = sourceOf(message, options.receiver);
  return isCanonical ? decodeCanonical(text, tenant, source) : decodeNative(text, message, receivedAt, source, options);
};

const decodeCanonical = (text: string, tenant: string, source: RawSource): Decoded | Undecodable => {
  const lines = linesOf(text);
  if (lines.length === 0) return EMPTY;
  return { lines, slots: lines.map((line) => canonicalSlot(parseJson(line, CANONICAL_LIMITS), tenant, source)) };
};

const decodeNative = (
  text: string,
  message: Incoming,
  receivedAt: Instant,
  source: RawSource,
  options: DecodeOptions,
): Decoded | Undecodable => {
  const identify = identifier(message);
  const slotOf = (result: JsonResult, rawSize: number, index: number): RawSlot => {
    if (isJsonProblem(result)) return reject(result.code, result.path, result.message);
    if (!isFields(result.value)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
    return { content: result.value, source, receivedAt, rawSize, ...identify(index) };
  };
  const form = formOf(message.header('Content-Type'), text);
  if (form === undefined) return undecodable('NATS_CONTENT_TYPE', 'has a content type that is not taken');
  if (form === 'ndjson') return decodeLines(linesOf(text), slotOf, options);
  const results = parseJsonItems(text, eventsOf);
  if (results === undefined) return EMPTY;
  if (isJsonProblem(results)) return { error: errorOf(results) };
  if (results.length === 0) return EMPTY;
  const share = Math.ceil(Buffer.byteLength(text) / results.length);
  return { lines: [], slots: results.map((result, i) => slotOf(result, share, i)) };
};

const decodeLines = (
  lines: readonly string[],
  slotOf: (result: JsonResult, rawSize: number, index: number) => RawSlot,
  { maxEventBytes }: DecodeOptions,
): Decoded | Undecodable => {
  if (lines.length === 0) return EMPTY;
  const slots = lines.map((line, i) => {
    const size = Buffer.byteLength(line);
    if (size > maxEventBytes) return reject('EVENT_TOO_LARGE', '', `takes more than ${maxEventBytes} bytes`);
    return slotOf(parseJson(line), size, i);
  });
  return { lines: [], slots };
};

/** One event, an array of them, or an object with the one key `events`. */
const eventsOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  if (isFields(value) && Object.keys(value).length === 1 && Array.isArray(value['events'])) return value['events'];
  return [value];
};

const FORMS: Readonly<Record<string, 'json' | 'ndjson'>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
};
/** Within one JSON value an object is followed by a comma or the end of what holds it. */
const SEVERAL_LINES = /\}[ \t\r]*\n\s*[^\s,\]}]/;

const formOf = (contentType: string, text: string): 'json' | 'ndjson' | undefined => {
  if (contentType === '') return SEVERAL_LINES.test(text) ? 'ndjson' : 'json';
  const { essence } = parseMediaType(contentType);
  return Object.hasOwn(FORMS, essence) ? FORMS[essence] : undefined;
};

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** By the sender's name for the message; else by its place in the stream, so that a redelivery is the same events. */
const identifier = (message: Incoming): ((index: number) => Pick<RawSlotEvent, 'identity' | 'eventId'>) => {
  const { place } = message;
  const id = message.header('Nats-Msg-Id');
  if (id !== '') return (index) => ({ identity: { name: place?.stream ?? message.subject, id, part: String(index) } });
  if (place === undefined) return () => ({});
  const digest = hash('sha256', JSON.stringify([place.stream, place.sequence, String(place.timestampNanos)]), 'buffer');
  return (index) => ({ eventId: derivedId(digest, index) });
};
type RawSlotEvent = Exclude<RawSlot, { readonly verdict: unknown }>;

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const sourceOf = (message: Incoming, receiver: string): RawSource => {
  const traceparent = message.header('traceparent');
  return { kind: 'nats', receiver, ...(TRACEPARENT.test(traceparent) && { traceparent }) };
};

const errorOf = ({ code, path, message }: JsonProblem): EventError => ({ code, path, message });
const undecodable = (code: string, message: string): Undecodable => ({ error: { code, path: '', message } });
const EMPTY = undecodable('BATCH_EMPTY', 'holds no event');
const NOT_NATIVE = undecodable('NATS_CANONICAL', 'holds canonical events: set canonical: true for their stream');
const NOT_CANONICAL = undecodable('NATS_NOT_CANONICAL', 'holds no canonical events, which canonical: true asks for');
