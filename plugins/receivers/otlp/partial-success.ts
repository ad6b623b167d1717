// What an OTLP sender is told: Export…ServiceResponse with its partial_success, or google.rpc.Status, in its own encoding.
import type { Outcome, Problem } from '../../../src/sdk/index.ts';
import type { Encoding } from '../../../src/mapping/otlp/decode/decode.ts';
import type { Signal } from '../../../src/mapping/otlp/decode/request.ts';

const MAX_REASONS = 5;
const MAX_MESSAGE_BYTES = 1024;

export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** How many were rejected and why: each reason once, with its count and the first record; never a value. */
export const summarise = (outcomes: readonly Outcome[]): PartialSuccess => {
  const reasons = new Map<string, { count: number; first: number; message: string }>();
  let rejected = 0;
  outcomes.forEach((outcome, record) => {
    if (outcome.status !== 'rejected') return;
    rejected++;
    const { code, path, message } = outcome.errors[0] ?? { code: 'EVENT_REJECTED', path: '', message: '' };
    const key = path === '' ? code : `${code} at ${path}`;
    const reason = reasons.get(key);
    if (reason === undefined) reasons.set(key, { count: 1, first: record, message });
    else reason.count++;
  });
  return { rejected, message: cut(tell(reasons)) };
};

const tell = (reasons: ReadonlyMap<string, { count: number; first: number; message: string }>): string => {
  const told = [...reasons]
    .slice(0, MAX_REASONS)
    .map(([key, { count, first, message }]) => `${count}x ${key} (record ${first}): ${message}`);
  const untold = reasons.size - told.length;
  return [...told, ...(untold > 0 ? [`and ${untold} more reasons`] : [])].join('; ');
};

// Cut at a whole character: a protobuf string must be UTF-8.
const cut = (text: string): string => {
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length <= MAX_MESSAGE_BYTES) return text.toWellFormed();
  let end = MAX_MESSAGE_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
};

export const encodeResponse = (signal: Signal, encoding: Encoding, { rejected, message }: PartialSuccess): Buffer => {
  if (encoding === 'protobuf') {
    return rejected === 0
      ? Buffer.alloc(0)
      : lengthDelimited(1, Buffer.concat([varintField(1, rejected), text(2, message)]));
  }
  const count = signal === 'logs' ? 'rejectedLogRecords' : 'rejectedSpans';
  // int64 is a string in protobuf's JSON.
  const body = rejected === 0 ? {} : { partialSuccess: { [count]: String(rejected), errorMessage: message } };
  return Buffer.from(JSON.stringify(body));
};

/** google.rpc.Code by HTTP status. */
const GRPC_CODES: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 12, 405: 12, 429: 8, 500: 13, 503: 14 };
const INVALID_ARGUMENT = 3;

/** google.rpc.Status: the code and, as its message, what the problem says. */
export const encodeStatus = ({ status, code, title, detail }: Problem): Buffer => {
  const message = `${code}: ${title}${detail === undefined ? '' : `. ${detail}`}`;
  return Buffer.concat([varintField(1, GRPC_CODES[status] ?? INVALID_ARGUMENT), text(2, message)]);
};

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
const varintField = (field: number, value: number): Buffer => Buffer.from([field << 3, ...varint(value)]);
const lengthDelimited = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
const text = (field: number, value: string): Buffer => lengthDelimited(field, Buffer.from(value));
