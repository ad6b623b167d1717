// The wire format around the library's reader and writer: bounds and depths that it leaves to its caller.
import { isUtf8 } from 'node:buffer';
import { BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export type Fields = Record<string, unknown>;

/** What no encoder writes: the frame is refused as a whole. */
export class MalformedError extends Error {}

/** Messages within messages: three for each level of JSON, and those around it. */
const MAX_DEPTH = 128;

export const newReader = (payload: Buffer): BinaryReader =>
  new BinaryReader(payload, (bytes) => {
    const { buffer, byteOffset, length } = bytes;
    const text = Buffer.from(buffer, byteOffset, length);
    if (!isUtf8(text)) throw new MalformedError('a text is not UTF-8');
    return text.toString('utf8');
  });

/** Where the message that begins here ends; never behind the one that it stands in. */
export const endOf = (reader: BinaryReader, limit: number, depth: number): number => {
  if (depth > MAX_DEPTH) throw new MalformedError('nested too deep');
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > limit) throw new MalformedError('a message is longer than what it stands in');
  return end;
};

/** Calls `read` for each field up to `end`; it returns false for a field that it does not know. */
export const readFields = (
  reader: BinaryReader,
  end: number,
  read: (number: number, wireType: WireType) => boolean,
  unknown?: (number: number, wireType: WireType, data: Uint8Array) => void,
): void => {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (!read(number, wireType)) {
      const data = reader.skip(wireType, number);
      unknown?.(number, wireType, data);
    }
  }
  if (reader.pos !== end) throw new MalformedError('a field is longer than its message');
};

export const mustBe = (wireType: WireType, expected: WireType): void => {
  if (wireType !== expected) throw new MalformedError('a field is of another type');
};

export const writeMessage = (writer: BinaryWriter, number: number, write: () => void): void => {
  writer.tag(number, WireType.LengthDelimited).fork();
  write();
  writer.join();
};

/** An assignment to `__proto__` would not make a key. */
export const set = (fields: Fields, key: string, value: unknown): void => {
  if (key === '__proto__') throw new MalformedError('a key is not taken');
  fields[key] = value;
};
