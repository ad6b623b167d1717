// One field of a message on the wire, and back, compiled from the message's description.
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { exactInteger } from '../json.ts';
import { isFields } from '../fields.ts';
import { readStruct, readValue, writeStruct, writeValue } from './value.ts';
import { type BinaryReader, type BinaryWriter, endOf, type Fields, readFields, set, WireType } from './wire.ts';

/** How the fields of a message are written and read: `message.ts`. */
export interface MessageCodec {
  write(writer: BinaryWriter, value: Fields): void;
  read(reader: BinaryReader, end: number, depth: number): Fields;
}
export type MessageCodecOf = (desc: DescMessage) => MessageCodec;

/** One value, behind the tag. */
interface Codec {
  readonly wireType: WireType;
  /** Can the field hold it? */
  readonly fits: (value: unknown) => boolean;
  readonly write: (writer: BinaryWriter, value: never) => void;
  readonly read: (reader: BinaryReader, limit: number, depth: number) => unknown;
}

export interface FieldCodec {
  readonly number: number;
  readonly name: string;
  readonly wireType: WireType;
  readonly fits: (value: unknown) => boolean;
  readonly write: (writer: BinaryWriter, value: never) => void;
  /** The field's value, from what stands here and what it was before. */
  readonly read: (reader: BinaryReader, limit: number, depth: number, before: unknown) => unknown;
}

export const fieldCodec = (field: DescField, messageOf: MessageCodecOf): FieldCodec => {
  const { number, jsonName: name } = field;
  if (field.fieldKind === 'map') return { number, name, ...keysOf(number) };
  const isList = field.fieldKind === 'list';
  const one = oneOf(isList ? field.listKind : field.fieldKind, field.scalar, field.message, messageOf);
  return { number, name, wireType: one.wireType, ...(isList ? listOf(number, one) : singleOf(number, one)) };
};

type Parts = Pick<FieldCodec, 'fits' | 'write' | 'read'>;

const singleOf = (number: number, { wireType, fits, write, read }: Codec): Parts => ({
  fits,
  write: (writer, value) => write(writer.tag(number, wireType), value),
  read: (reader, limit, depth) => read(reader, limit, depth),
});

/** An empty list is no field on the wire: it does not fit. */
const listOf = (number: number, { wireType, fits, write, read }: Codec): Parts => ({
  fits: (value) => Array.isArray(value) && value.length > 0 && value.every((item) => fits(item)),
  write: (writer, list: readonly never[]) => {
    for (const item of list) write(writer.tag(number, wireType), item);
  },
  read: (reader, limit, depth, before = []) => {
    (before as unknown[]).push(read(reader, limit, depth));
    return before;
  },
});

const KEY = 1;
const VALUE = 2;
/** A map of texts, not empty for the same reason. */
const keysOf = (number: number): Omit<FieldCodec, 'number' | 'name'> => ({
  wireType: WireType.LengthDelimited,
  fits: (value) => {
    const texts = isFields(value) ? Object.values(value) : [];
    return texts.length > 0 && texts.every((text) => typeof text === 'string');
  },
  write: (writer, keys: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries<string>(keys)) {
      writer.tag(number, WireType.LengthDelimited).fork();
      writer.tag(KEY, WireType.LengthDelimited).string(key).tag(VALUE, WireType.LengthDelimited).string(value).join();
    }
  },
  read: (reader, limit, depth, before = {}) => {
    const entry = ['', ''];
    readFields(reader, endOf(reader, limit, depth), (field, wireType) => {
      if ((field !== KEY && field !== VALUE) || wireType !== WireType.LengthDelimited) return false;
      entry[field - 1] = reader.string();
      return true;
    });
    set(before as Fields, entry[0]!, entry[1]);
    return before;
  },
});

const oneOf = (
  kind: string,
  scalar: ScalarType | undefined,
  desc: DescMessage | undefined,
  messageOf: MessageCodecOf,
): Codec => {
  if (kind === 'message') return MESSAGES[desc!.name] ?? nested(desc!, messageOf);
  const codec = scalar === undefined ? undefined : SCALARS[scalar];
  if (codec === undefined) throw new TypeError('event.proto has a field of a kind that is not compiled');
  return codec;
};

const delimited = (codec: Omit<Codec, 'wireType'>): Codec => ({
  wireType: WireType.LengthDelimited,
  ...codec,
  write: (writer, value) => {
    writer.fork();
    codec.write(writer, value);
    writer.join();
  },
});

/** The message's own codec is asked for when it is needed: messages may hold each other. */
const nested = (desc: DescMessage, messageOf: MessageCodecOf): Codec =>
  delimited({
    fits: isFields,
    write: (writer, value) => messageOf(desc).write(writer, value),
    read: (reader, limit, depth) => messageOf(desc).read(reader, endOf(reader, limit, depth), depth),
  });

const MESSAGES: Readonly<Record<string, Codec>> = {
  Value: delimited({ fits: () => true, write: writeValue, read: readValue }),
  Struct: delimited({ fits: isFields, write: writeStruct, read: readStruct }),
};

/** Integers have no negative zero. */
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value) && !Object.is(value, -0);

const SCALARS: Partial<Record<ScalarType, Codec>> = {
  [ScalarType.STRING]: {
    wireType: WireType.LengthDelimited,
    fits: (value) => typeof value === 'string',
    write: (writer, value: string) => void writer.string(value),
    read: (reader) => reader.string(),
  },
  [ScalarType.BOOL]: {
    wireType: WireType.Varint,
    fits: (value) => typeof value === 'boolean',
    write: (writer, value: boolean) => void writer.bool(value),
    read: (reader) => reader.bool(),
  },
  [ScalarType.DOUBLE]: {
    wireType: WireType.Bit64,
    fits: (value) => Number.isFinite(value),
    write: (writer, value: number) => void writer.double(value),
    read: (reader) => reader.double(),
  },
  [ScalarType.INT32]: {
    wireType: WireType.Varint,
    fits: (value) => isInteger(value) && value === (value | 0),
    write: (writer, value: number) => void writer.int32(value),
    read: (reader) => reader.int32(),
  },
  [ScalarType.INT64]: {
    wireType: WireType.Varint,
    fits: isInteger,
    write: (writer, value: number) => void writer.int64(value),
    read: (reader) => exactInteger(String(reader.int64())),
  },
};
