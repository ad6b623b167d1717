// One frame on disk: 24 bytes of header, then the payload. All integers little endian.
//   0 payload length u32 | 4 type u8 | 5 flags u8 | 6 reserved u16 (0) | 8 sequence u64
//  16 CRC32C of salt and bytes 0..15 | 20 CRC32C of salt, bytes 0..15 and payload
// The header's own sum tells a damaged payload, whose extent is known, from a damaged length, whose extent is not.
import { crc32c } from '@node-rs/crc32';

export const FRAME_HEADER_BYTES = 24;
/** Checked before anything is allocated. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** Numbers on disk: never reused. Readers skip those that they do not know. */
export const FRAME_TYPES = { event: 1, audit: 2, deadLetter: 3, cut: 4, cursor: 5, checkpoint: 6 } as const;

const SUMMED_BYTES = 16;
const HEADER_SUM_AT = 16;
const FRAME_SUM_AT = 20;
const TWO_TO_32 = 0x1_0000_0000;
/** Above this a sequence would not be a safe integer. */
const MAX_SEQUENCE_HIGH = 0x1f_ffff;

export interface FrameHeader {
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly headerSum: number;
  readonly frameSum: number;
}

export interface Frame extends FrameHeader {
  /** Where the frame starts in its segment. */
  readonly offset: number;
  /** A view: valid as long as the buffer that was scanned. */
  readonly payload: Buffer;
}

export interface FrameSource {
  readonly type: number;
  readonly sequence: number;
  readonly parts: readonly Uint8Array[];
}

export const writeSequence = (target: Buffer, sequence: number, at: number): void => {
  target.writeUInt32LE(sequence % TWO_TO_32, at);
  target.writeUInt32LE(Math.floor(sequence / TWO_TO_32), at + 4);
};

export const readSequence = (source: Buffer, at: number): number | undefined => {
  const high = source.readUInt32LE(at + 4);
  return high > MAX_SEQUENCE_HIGH ? undefined : high * TWO_TO_32 + source.readUInt32LE(at);
};

/** The salt of a segment, summed once; every sum of the segment goes on from it. */
export const sumOfSalt = (salt: Uint8Array): number => crc32c(salt);

export const encodeFrameHeader = ({ type, sequence, parts }: FrameSource, saltSum: number): Buffer => {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    0,
  );
  header[4] = type;
  writeSequence(header, sequence, 8);
  const headerSum = crc32c(header.subarray(0, SUMMED_BYTES), saltSum);
  header.writeUInt32LE(headerSum, HEADER_SUM_AT);
  header.writeUInt32LE(
    parts.reduce((sum, part) => crc32c(part, sum), headerSum),
    FRAME_SUM_AT,
  );
  return header;
};

/** The header at `at`, or undefined if none of this segment's salt stands there. */
export const decodeFrameHeader = (source: Buffer, at: number, saltSum: number): FrameHeader | undefined => {
  // Cheap refusals first: a search through damage asks at every byte.
  if (source[at + 6] !== 0 || source[at + 7] !== 0) return undefined;
  const length = source.readUInt32LE(at);
  if (length > MAX_PAYLOAD_BYTES) return undefined;
  const sequence = readSequence(source, at + 8);
  if (sequence === undefined) return undefined;
  const headerSum = source.readUInt32LE(at + HEADER_SUM_AT);
  if (crc32c(source.subarray(at, at + SUMMED_BYTES), saltSum) !== headerSum) return undefined;
  const frameSum = source.readUInt32LE(at + FRAME_SUM_AT);
  return { length, type: source[at + 4]!, flags: source[at + 5]!, sequence, headerSum, frameSum };
};

export const isPayloadIntact = (header: FrameHeader, payload: Uint8Array): boolean =>
  crc32c(payload, header.headerSum) === header.frameSum;
