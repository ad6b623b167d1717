// The first KiB of a segment: the same header twice, in sectors of their own, because without the salt nothing behind
// it can be read. magic 8 | version u16 | reserved 6 | first sequence u64 | salt 16 | CRC32C u32.
import { crc32c } from '@node-rs/crc32';
import { readSequence, writeSequence } from './frame.ts';

export const SEGMENT_HEADER_BYTES = 1024;
export const SALT_BYTES = 16;
export const FORMAT_VERSION = 1;

const COPY_AT = [0, 512];
const MAGIC = Buffer.from('BLGJRNL\n', 'latin1');
const SUM_AT = 40;
const COPY_BYTES = 44;

export interface SegmentHeader {
  readonly version: number;
  readonly firstSequence: number;
  readonly salt: Buffer;
}

export const segmentName = (firstSequence: number): string => `${firstSequence.toString(16).padStart(16, '0')}.seg`;
export const isSegmentName = (name: string): boolean => /^[0-9a-f]{16}\.seg$/.test(name);

export const encodeSegmentHeader = (firstSequence: number, salt: Uint8Array): Buffer => {
  const copy = Buffer.alloc(COPY_BYTES);
  MAGIC.copy(copy);
  copy.writeUInt16LE(FORMAT_VERSION, 8);
  writeSequence(copy, firstSequence, 16);
  copy.set(salt, 24);
  copy.writeUInt32LE(crc32c(copy.subarray(0, SUM_AT)), SUM_AT);
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  for (const at of COPY_AT) copy.copy(header, at);
  return header;
};

/** Undefined: neither copy is intact. A version above `FORMAT_VERSION` is for the caller to refuse. */
export const decodeSegmentHeader = (bytes: Buffer): SegmentHeader | undefined => {
  for (const at of COPY_AT) {
    const header = decodeCopy(bytes.subarray(at, at + COPY_BYTES));
    if (header !== undefined) return header;
  }
  return undefined;
};

const decodeCopy = (copy: Buffer): SegmentHeader | undefined => {
  if (copy.length < COPY_BYTES || !copy.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (crc32c(copy.subarray(0, SUM_AT)) !== copy.readUInt32LE(SUM_AT)) return undefined;
  const firstSequence = readSequence(copy, 16);
  if (firstSequence === undefined) return undefined;
  return { version: copy.readUInt16LE(8), firstSequence, salt: Buffer.from(copy.subarray(24, 24 + SALT_BYTES)) };
};
