// A batch to the bytes of one bulk request: for each event an action line, and its sealed line with two members more,
// `_ns` to sort by and `_words` to search in. The line itself is copied, not parsed, and comes back as it was.
import { TENANT_PATTERN } from '../../../src/event/schema.ts';
import type { Instant } from '../../../src/event/time.ts';
import type { LineRef, StoredBatch } from '../../../src/sdk/index.ts';
import { monthOf } from './months.ts';
import { hasImmenseTerm, OPAQUE_ABOVE_BYTES, toOpaque } from './opaque.ts';
import { MAX_WORDS_BYTES, scanWords } from './scan-words.ts';

/** One event on its way to an index. */
export interface Document {
  /** Its place in the batch. */
  readonly position: number;
  readonly index: string;
  readonly id: string;
  readonly tenant: string;
}

/** Why an event cannot be a document; goes to the dead letters. */
export interface Unstorable {
  readonly position: number;
  readonly code: string;
  readonly message: string;
}

const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** The seconds that fit an int64 of nanoseconds, less one at each end. */
const MAX_SECONDS = 9_223_372_035;

/** Where each event goes. */
export const documentsOf = (
  { index }: StoredBatch,
  prefix: string,
): { readonly documents: readonly Document[]; readonly refused: readonly Unstorable[] } => {
  const documents: Document[] = [];
  const refused: Unstorable[] = [];
  for (const [position, ref] of index.entries()) {
    const problem = problemOf(ref);
    if (problem === undefined) {
      const { eventId, tenantId, timestamp } = ref;
      documents.push({ position, index: prefix + monthOf(timestamp), id: eventId, tenant: tenantId });
    } else refused.push({ position, ...problem });
  }
  return { documents, refused };
};

const problemOf = ({ tenantId, eventId, timestamp }: LineRef): Omit<Unstorable, 'position'> | undefined => {
  if (!TENANT_PATTERN.test(tenantId))
    return { code: 'tenant_invalid', message: 'the tenant cannot be a routing value' };
  if (!EVENT_ID.test(eventId)) return { code: 'line_invalid', message: 'the line is not a canonical event' };
  return Math.abs(timestamp.seconds) > MAX_SECONDS
    ? { code: 'time_out_of_range', message: 'the time is not between the years 1678 and 2261' }
    : undefined;
};

/** Where another tenant already has the plain id. */
export const ownIdOf = ({ tenant, id }: Document): string => `${tenant}~${id}`;

export interface Encoded {
  readonly body: Buffer;
  /** Where each document's lines end. */
  readonly ends: readonly number[];
}

/** Room for an action line and for the names and the number of a trailer. */
const OVERHEAD_BYTES = 1024;
const CLOSING_BRACE_BYTES = 1;

/** The bytes of the last bulk, to be written over: a new buffer each time costs the collector more than encoding does. */
export interface Scratch {
  buffer?: Buffer | undefined;
}

/** What it gives is good until the next call with the same `scratch`. */
export const encodeBulk = (
  { lines, index }: StoredBatch,
  documents: readonly Document[],
  scratch: Scratch = {},
): Encoded => {
  const source = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  const ends: number[] = [];
  let target = scratch.buffer ?? Buffer.allocUnsafe(source.length * 2 + OVERHEAD_BYTES + MAX_WORDS_BYTES);
  let at = 0;
  const reserve = (bytes: number): void => {
    if (target.length - at >= bytes) return;
    const larger = Buffer.allocUnsafe(target.length * 2 + bytes);
    target.copy(larger, 0, 0, at);
    target = larger;
  };
  for (const { position, index: name, id, tenant } of documents) {
    const { offset, length, timestamp } = index[position]!;
    const core = coreOf(source, offset, length);
    reserve(core.length + OVERHEAD_BYTES + MAX_WORDS_BYTES);
    at += target.write(`{"create":{"_index":"${name}","_id":"${id}","routing":"${tenant}"}}\n`, at, 'latin1');
    target.set(core, at);
    at += core.length;
    at += target.write(`,"_ns":${nanoseconds(timestamp)},"_words":"`, at, 'latin1');
    at = scanWords(source, offset, offset + length, target, at);
    at += target.write('"}\n', at, 'latin1');
    ends.push(at);
  }
  scratch.buffer = target;
  return { body: target.subarray(0, at), ends };
};

/** The document without its closing brace. */
const coreOf = (source: Buffer, offset: number, length: number): Uint8Array => {
  const line = source.subarray(offset, offset + length);
  const isOpaque = length > OPAQUE_ABOVE_BYTES && hasImmenseTerm(line);
  const document = isOpaque ? toOpaque(line) : line;
  return document.subarray(0, document.length - CLOSING_BRACE_BYTES);
};

const nanoseconds = ({ seconds, nanos }: Instant): string =>
  seconds > 0
    ? `${seconds}${String(nanos).padStart(9, '0')}`
    : String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
