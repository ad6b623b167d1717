// AnyValue, KeyValue and their lists by field number.
import { assertKey, type Attributes, finiteOrName, MAX_VALUE_DEPTH, type OtlpValue, tooDeep } from './request.ts';
import type { WireReader } from './wire.ts';

export const readKeyValue = (reader: WireReader, end: number, into: Attributes): void => {
  let key = '';
  let value: OtlpValue = null;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.name(reader.length(end));
    else if (tag === 0x12) value = readValue(reader, reader.length(end), 0);
    else reader.skip(tag, end);
  }
  reader.finish(end);
  assertKey(key);
  into.keys.push(key);
  into.values.push(value);
};

export const readValue = (reader: WireReader, end: number, depth: number): OtlpValue => {
  let value: OtlpValue = null;
  while (reader.pos < end) value = readValueField(reader, end, depth, value);
  reader.finish(end);
  return value;
};

const readValueField = (reader: WireReader, end: number, depth: number, before: OtlpValue): OtlpValue => {
  const tag = reader.tag();
  switch (tag) {
    case 0x0a:
      return reader.string(reader.length(end));
    case 0x10:
      return reader.bool();
    case 0x18:
      return reader.int64();
    case 0x21:
      return finiteOrName(reader.double(end));
    case 0x2a:
      return readArray(reader, reader.length(end), depth + 1);
    case 0x32:
      return readMap(reader, reader.length(end), depth + 1);
    case 0x3a:
      return reader.base64(reader.length(end));
    default:
      reader.skip(tag, end);
      return before;
  }
};

const readArray = (reader: WireReader, end: number, depth: number): OtlpValue[] => {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  const values: OtlpValue[] = [];
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) values.push(readValue(reader, reader.length(end), depth));
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return values;
};

const readMap = (reader: WireReader, end: number, depth: number): Record<string, OtlpValue> => {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  const map: Record<string, OtlpValue> = {};
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) readMapEntry(reader, reader.length(end), depth, map);
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return map;
};

const readMapEntry = (reader: WireReader, end: number, depth: number, map: Record<string, OtlpValue>): void => {
  let key = '';
  let value: OtlpValue = null;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.name(reader.length(end));
    else if (tag === 0x12) value = readValue(reader, reader.length(end), depth);
    else reader.skip(tag, end);
  }
  reader.finish(end);
  assertKey(key);
  map[key] = value;
};
