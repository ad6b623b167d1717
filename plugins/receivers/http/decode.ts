// A body to the slots of a batch. Pure: no I/O, no clock.
import { isUtf8 as isUtf8Bytes } from 'node:buffer';
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
import { isProblem, type Problem, type RawSlot, reject } from '../../../src/sdk/index.ts';

/** What all events of a request have in common. */
export interface RequestFacts {
  readonly source: RawSource;
  readonly receivedAt: Instant;
  /** The request's `Idempotency-Key`. */
  readonly key?: string;
}

export interface BatchLimits {
  readonly maxEventBytes: number;
  readonly maxEvents: number;
}

export type BatchForm = 'json' | 'ndjson';

/** A parsed event of a form to its slot; `index` where it is one of a batch. */
export type ToSlot = (result: JsonResult, rawSize: number, facts: RequestFacts, index?: number) => RawSlot;

/** The body of `POST /v1/events`: always one slot. */
export const decodeEvent = (bytes: Buffer, facts: RequestFacts, toSlot: ToSlot = slotOf): RawSlot[] | Problem => {
  const text = textOf(bytes);
  if (isProblem(text)) return text;
  const result = parseJson(text);
  return slotOrProblem(result, (known) => toSlot(known, bytes.length, facts));
};

/** What no event can be read from is the request's own fault. */
export const slotOrProblem = (result: JsonResult, toSlot: (result: JsonResult) => RawSlot): RawSlot[] | Problem =>
  isJsonProblem(result) && NOT_PARSABLE.has(result.code) ? problemOf(result) : [toSlot(result)];

/** The body of `POST /v1/events/batch`: a slot for each event, in the order sent. */
export const decodeBatch = (
  bytes: Buffer,
  form: BatchForm,
  facts: RequestFacts,
  limits: BatchLimits,
  toSlot: ToSlot = slotOf,
): RawSlot[] | Problem => {
  const text = textOf(bytes);
  if (isProblem(text)) return text;
  const slots =
    form === 'json' ? decodeArray(text, bytes.length, facts, limits, toSlot) : decodeLines(text, facts, limits);
  return !isProblem(slots) && slots.length === 0 ? EMPTY : slots;
};

const decodeArray = (
  text: string,
  size: number,
  facts: RequestFacts,
  { maxEvents }: BatchLimits,
  toSlot: ToSlot,
): RawSlot[] | Problem => {
  let count = 0;
  const results = parseJsonItems(text, (value) => {
    const events = eventsOf(value);
    count = events?.length ?? 0;
    return count > maxEvents ? undefined : events;
  });
  if (results === undefined) return count > maxEvents ? tooMany(maxEvents) : FORM;
  if (isJsonProblem(results)) return problemOf(results);
  const share = Math.ceil(size / count);
  return results.map((result, i) => toSlot(result, share, facts, i));
};

/** An array, or an object with the one key `events`: another key beside it would be lost without a word. */
const eventsOf = (value: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return undefined;
  const { events } = value as { events?: unknown };
  return Array.isArray(events) ? events : undefined;
};

const decodeLines = (text: string, facts: RequestFacts, limits: BatchLimits): RawSlot[] | Problem => {
  const slots: RawSlot[] = [];
  for (const line of linesOf(text)) {
    if (slots.length === limits.maxEvents) return tooMany(limits.maxEvents);
    slots.push(slotOfLine(line, slots.length, facts, limits));
  }
  return slots;
};

/** The lines that are not blank; a carriage return at the end is white space to JSON. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    if (line.trim() !== '') yield line;
    start = end + 1;
  }
}

const slotOfLine = (line: string, index: number, facts: RequestFacts, { maxEventBytes }: BatchLimits): RawSlot => {
  const size = Buffer.byteLength(line);
  if (size > maxEventBytes) return reject('EVENT_TOO_LARGE', '', `takes more than ${maxEventBytes} bytes`);
  return slotOf(parseJson(line), size, facts, index);
};

/** The native form. A declaration, for it stands as a default above. */
export function slotOf(result: JsonResult, rawSize: number, facts: RequestFacts, index?: number): RawSlot {
  if (isJsonProblem(result)) return reject(result.code, result.path, result.message);
  const { value } = result;
  if (!isFields(value)) return reject('EVENT_FIELD_TYPE', '', 'must be an object');
  const { source, receivedAt, key } = facts;
  if (key === undefined) return { content: value, source, receivedAt, rawSize };
  const part = index === undefined ? {} : { part: String(index) };
  return { content: value, source, receivedAt, rawSize, identity: { name: '', id: key, ...part } };
}

const BOM = 0xfeff;
const textOf = (bytes: Buffer): string | Problem => {
  if (!isUtf8Bytes(bytes)) return NOT_UTF8;
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BOM ? text.slice(1) : text;
};

/** Nothing can be said about the event; the other problems of JSON concern a place in it. */
const NOT_PARSABLE: ReadonlySet<JsonProblem['code']> = new Set(['JSON_SYNTAX', 'JSON_DEPTH']);

const problemOf = ({ code, path, message }: JsonProblem): Problem => ({
  status: 400,
  code,
  title: code === 'JSON_DEPTH' ? 'The body is nested too deep' : 'The body is not JSON',
  detail: `The body ${message}.`,
  errors: [{ code, path, message }],
});
const NOT_UTF8: Problem = { status: 400, code: 'BODY_NOT_UTF8', title: 'The body is not UTF-8' };
const EMPTY: Problem = { status: 400, code: 'BATCH_EMPTY', title: 'The batch holds no event' };
const FORM: Problem = {
  status: 400,
  code: 'BATCH_FORM',
  title: 'The body is not a batch',
  detail: 'A batch is an array of events, or an object with the one key "events" that holds such an array.',
};
const tooMany = (maxEvents: number): Problem => ({
  status: 413,
  code: 'BATCH_TOO_MANY',
  title: 'The batch holds too many events',
  detail: `At most ${maxEvents} events are taken in one batch.`,
});
