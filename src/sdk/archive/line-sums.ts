// A CRC-32 for each line of an object: not the proof, which is the object's SHA-256, but what names the line that is
// wrong. Four bytes a line.
import { crc32 } from 'node:zlib';

const BYTES = 4;
const NEWLINE = 0x0a;

/** Base64 of little-endian CRC-32s, in the order of the lines. */
export const encodeLineSums = (lines: Uint8Array): string => {
  const sums = lineSumsOf(lines);
  const bytes = Buffer.allocUnsafe(sums.length * BYTES);
  for (const [i, sum] of sums.entries()) bytes.writeUInt32LE(sum, i * BYTES);
  return bytes.toString('base64');
};

const decodeLineSums = (text: string): number[] => {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / BYTES) }, (_, i) => bytes.readUInt32LE(i * BYTES));
};

const lineSumsOf = (lines: Uint8Array): number[] => {
  const sums: number[] = [];
  for (let start = 0; start < lines.length;) {
    const newline = lines.indexOf(NEWLINE, start);
    const end = newline < 0 ? lines.length : newline;
    sums.push(crc32(lines.subarray(start, end)));
    start = end + 1;
  }
  return sums;
};

export interface LineFault {
  /** Counted from 1. */
  readonly line: number;
  readonly fault: 'changed' | 'missing' | 'added' | 'moved';
}

/** The first line that is not as it was; undefined where the lines' sums are all right. */
export const findLineFault = (lines: Uint8Array, encoded: string): LineFault | undefined => {
  const actual = lineSumsOf(lines);
  const expected = decodeLineSums(encoded);
  const most = Math.max(actual.length, expected.length);
  for (let i = 0; i < most; i++) {
    if (actual[i] === expected[i]) continue;
    const isKept = expected[i] !== undefined && actual.includes(expected[i]!, i);
    const isKnown = actual[i] !== undefined && expected.includes(actual[i]!, i);
    return { line: i + 1, fault: faultOf(isKept, isKnown, actual[i] === undefined, expected[i] === undefined) };
  }
  return undefined;
};

/** Whether the expected line comes later, whether the line that is there was expected later. */
const faultOf = (isKept: boolean, isKnown: boolean, isOver: boolean, isBeyond: boolean): LineFault['fault'] => {
  if (isOver || (isKnown && !isKept)) return 'missing';
  if (isBeyond || (isKept && !isKnown)) return 'added';
  return isKept ? 'moved' : 'changed';
};
