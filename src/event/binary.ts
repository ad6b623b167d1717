// The event as a frame: magic "BLEV", version, length, CRC-32C, and its message in protobuf (proto/…/event.proto).
// - The sum is over the head before it and the payload: no flipped bit passes.
// - What JSON tells apart stays apart, the order of keys included: the JSON of a decoded event is the JSON that it had,
//   byte for byte, so its content hash still holds. Only a lone surrogate, which no sender gets past the edge, becomes
//   U+FFFD: protobuf is UTF-8.
// - Limits are those of JSON, with the same codes; nothing is allocated by a length that the frame only claims.
// - No message ever holds a value.
import { crc32c } from '@node-rs/crc32';
import { messageCodec } from './binary/message.ts';
import { BinaryWriter, type Fields, newReader } from './binary/wire.ts';
import { checkTree, type JsonLimits, type JsonProblem } from './json.ts';
import { CanonicalEventSchema } from './proto/betalogs/event/v1/event_pb.ts';
import type { CanonicalEvent } from './schema.ts';

const MAGIC = 0x424c4556;
const VERSION = 1;
const VERSION_AT = 4;
const LENGTH_AT = 5;
const SUM_AT = 9;
const HEAD_BYTES = 13;

const DEFAULT_MAX_BYTES = 1024 ** 2;
/** An event that came in with as many keys as allowed has a few more when it goes out. */
const MAX_CANONICAL_KEYS = 4000;
const EVENT = messageCodec(CanonicalEventSchema);

export interface BinaryLimits extends JsonLimits {
  /** Of the whole frame. Default 1 MiB. */
  readonly maxBytes?: number;
}

export interface BinaryProblem {
  readonly code:
    | JsonProblem['code']
    | 'BINARY_MAGIC'
    | 'BINARY_VERSION'
    | 'BINARY_CUT'
    | 'BINARY_TRAILING'
    | 'BINARY_CHECKSUM'
    | 'BINARY_TOO_LARGE'
    | 'BINARY_MALFORMED'
    | 'BINARY_NOT_CANONICAL';
  /** JSON pointer. */
  readonly path: string;
  readonly message: string;
}

export type BinaryResult = { readonly value: Fields } | BinaryProblem;

/** A frame that holds the event; also one that a sender has put together of the native API's fields. */
export const encodeBinary = (event: CanonicalEvent | Readonly<Fields>): Uint8Array => {
  const writer = new BinaryWriter();
  EVENT.write(writer, event);
  const payload = writer.finish();
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  frame.writeUInt32BE(MAGIC, 0);
  frame.writeUInt8(VERSION, VERSION_AT);
  frame.writeUInt32LE(payload.length, LENGTH_AT);
  frame.set(payload, HEAD_BYTES);
  frame.writeUInt32LE(sumOf(frame), SUM_AT);
  return frame;
};

/** The canonical event in a frame. Never throws, whatever the bytes. */
export const decodeBinary = (bytes: Uint8Array, limits: BinaryLimits = {}): CanonicalEvent | BinaryProblem => {
  const result = decodeBinaryFields(bytes, { maxKeys: MAX_CANONICAL_KEYS, ...limits });
  if ('code' in result) return result;
  const { schemaVersion } = result.value;
  return typeof schemaVersion === 'string' && ONE_POINT.test(schemaVersion)
    ? (result.value as unknown as CanonicalEvent)
    : problem('BINARY_NOT_CANONICAL', 'must be a canonical event of schema version 1', '/schemaVersion');
};
const ONE_POINT = /^1\.\d+$/;

/** A canonical event may have a field `code` of a later version, and always has a `schemaVersion`. */
export const isBinaryProblem = (result: CanonicalEvent | BinaryResult): result is BinaryProblem =>
  'code' in result && !('schemaVersion' in result);

/** What a frame holds, whether that makes an event or not. Never throws, whatever the bytes. */
export const decodeBinaryFields = (bytes: Uint8Array, limits: BinaryLimits = {}): BinaryResult => {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = frameProblem(frame, limits.maxBytes ?? DEFAULT_MAX_BYTES);
  if (wrong !== undefined) return wrong;
  const value = fieldsOf(frame.subarray(HEAD_BYTES));
  if (value === undefined) return problem('BINARY_MALFORMED', 'holds no event in protobuf');
  return checkTree(value, limits) ?? { value };
};

const frameProblem = (frame: Buffer, maxBytes: number): BinaryProblem | undefined => {
  if (frame.length > maxBytes) return problem('BINARY_TOO_LARGE', `takes more than ${maxBytes} bytes`);
  if (frame.length >= VERSION_AT && frame.readUInt32BE(0) !== MAGIC)
    return problem('BINARY_MAGIC', 'does not begin with the four bytes BLEV');
  if (frame.length < HEAD_BYTES) return problem('BINARY_CUT', 'ends before the head of its frame does');
  if (frame.readUInt8(VERSION_AT) !== VERSION)
    return problem('BINARY_VERSION', `is of another version of the frame than ${VERSION}`);
  const end = HEAD_BYTES + frame.readUInt32LE(LENGTH_AT);
  if (frame.length < end) return problem('BINARY_CUT', 'ends before its frame does');
  if (frame.length > end) return problem('BINARY_TRAILING', 'goes on behind its frame');
  return frame.readUInt32LE(SUM_AT) === sumOf(frame) ? undefined : problem('BINARY_CHECKSUM', 'has another checksum');
};

const sumOf = (frame: Buffer): number => crc32c(frame.subarray(HEAD_BYTES), crc32c(frame.subarray(0, SUM_AT)));

/** The reader throws at what is malformed, and its messages quote: undefined says enough. */
const fieldsOf = (payload: Buffer): Fields | undefined => {
  try {
    return EVENT.read(newReader(payload), payload.length, 0);
  } catch {
    return undefined;
  }
};

const problem = (code: BinaryProblem['code'], message: string, path = ''): BinaryProblem => ({ code, path, message });
