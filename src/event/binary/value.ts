// Any JSON value on the wire, and back: the messages Value, List, Struct and Entry of event.proto.
import { exactInteger, isRawJson } from '../json.ts';
import {
  type BinaryReader,
  type BinaryWriter,
  endOf,
  type Fields,
  MalformedError,
  mustBe,
  readFields,
  set,
  WireType,
  writeMessage,
} from './wire.ts';

const NULL = 1;
const BOOL = 2;
const NUMBER = 3;
const INTEGER = 4;
const TEXT = 5;
const LIST = 6;
const STRUCT = 7;
/** Of List and of Struct. */
const ITEMS = 1;
const KEY = 1;
const VALUE = 2;

/** The fields of a Value. What JSON writes as null is null here too. */
export const writeValue = (writer: BinaryWriter, value: unknown): void => {
  switch (typeof value) {
    case 'string':
      writer.tag(TEXT, WireType.LengthDelimited).string(value);
      return;
    case 'number':
      if (Number.isFinite(value)) writer.tag(NUMBER, WireType.Bit64).double(value);
      else writer.tag(NULL, WireType.Varint).bool(true);
      return;
    case 'boolean':
      writer.tag(BOOL, WireType.Varint).bool(value);
      return;
    default:
      if (typeof value === 'object' && value !== null) writeContainer(writer, value);
      else writer.tag(NULL, WireType.Varint).bool(true);
  }
};

const writeContainer = (writer: BinaryWriter, value: object): void => {
  if (Array.isArray(value)) writeMessage(writer, LIST, () => writeList(writer, value));
  else if (isRawJson(value))
    writer.tag(INTEGER, WireType.LengthDelimited).string((value as { rawJSON: string }).rawJSON);
  else writeMessage(writer, STRUCT, () => writeStruct(writer, value as Fields));
};

const writeList = (writer: BinaryWriter, list: readonly unknown[]): void => {
  for (const item of list) writeMessage(writer, ITEMS, () => writeValue(writer, item));
};

/** The fields of a Struct. */
export const writeStruct = (writer: BinaryWriter, fields: Fields): void => {
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (value !== undefined) writeEntry(writer, ITEMS, key, value);
  }
};

export const writeEntry = (writer: BinaryWriter, number: number, key: string, value: unknown): void =>
  writeMessage(writer, number, () => {
    writer.tag(KEY, WireType.LengthDelimited).string(key);
    writeMessage(writer, VALUE, () => writeValue(writer, value));
  });

/** A Value behind its length. What it says last counts; null where it says nothing. */
export const readValue = (reader: BinaryReader, limit: number, depth: number): unknown => {
  const end = endOf(reader, limit, depth);
  let value: unknown = null;
  readFields(reader, end, (number, wireType) => {
    mustBe(wireType, WIRE_TYPES[number] ?? wireType);
    const found = readKind(reader, number, end, depth);
    if (found === undefined) return false;
    value = found;
    return true;
  });
  return value;
};

const WIRE_TYPES: Readonly<Record<number, WireType>> = {
  [NULL]: WireType.Varint,
  [BOOL]: WireType.Varint,
  [NUMBER]: WireType.Bit64,
  [INTEGER]: WireType.LengthDelimited,
  [TEXT]: WireType.LengthDelimited,
  [LIST]: WireType.LengthDelimited,
  [STRUCT]: WireType.LengthDelimited,
};

const readKind = (reader: BinaryReader, number: number, end: number, depth: number): unknown => {
  switch (number) {
    case NULL:
      reader.bool();
      return null;
    case BOOL:
      return reader.bool();
    case NUMBER:
      return reader.double();
    case INTEGER:
      return integerOf(reader.string());
    case TEXT:
      return reader.string();
    case LIST:
      return readList(reader, end, depth + 1);
    case STRUCT:
      return readStruct(reader, end, depth + 1);
    default:
      return undefined;
  }
};

const integerOf = (digits: string): unknown => {
  const value = exactInteger(digits);
  if (value === undefined) throw new MalformedError('an integer is none');
  return value;
};

const readList = (reader: BinaryReader, limit: number, depth: number): unknown[] => {
  const end = endOf(reader, limit, depth);
  const list: unknown[] = [];
  readFields(reader, end, (number, wireType) => {
    if (number !== ITEMS) return false;
    mustBe(wireType, WireType.LengthDelimited);
    list.push(readValue(reader, end, depth + 1));
    return true;
  });
  return list;
};

/** A Struct behind its length. */
export const readStruct = (reader: BinaryReader, limit: number, depth: number): Fields => {
  const end = endOf(reader, limit, depth);
  const fields: Fields = {};
  readFields(reader, end, (number, wireType) => {
    if (number !== ITEMS) return false;
    mustBe(wireType, WireType.LengthDelimited);
    const [key, value] = readEntry(reader, end, depth + 1);
    set(fields, key, value);
    return true;
  });
  return fields;
};

export const readEntry = (
  reader: BinaryReader,
  limit: number,
  depth: number,
): readonly [key: string, value: unknown] => {
  const end = endOf(reader, limit, depth);
  let key = '';
  let value: unknown = null;
  readFields(reader, end, (number, wireType) => {
    if (number !== KEY && number !== VALUE) return false;
    mustBe(wireType, WireType.LengthDelimited);
    if (number === KEY) key = reader.string();
    else value = readValue(reader, end, depth + 1);
    return true;
  });
  return [key, value];
};
