// An object on the wire, and back, by its message's description: a field for what has one and fits it, `extra` for the
// rest. Written and read directly, for the library's own messages in between cost as much again.
import type { DescMessage } from '@bufbuild/protobuf';
import { type FieldCodec, fieldCodec, type MessageCodec } from './field.ts';
import { readEntry, writeEntry } from './value.ts';
import { type BinaryReader, type BinaryWriter, type Fields, mustBe, readFields, set, WireType } from './wire.ts';

/** Fields of a later version of the schema, as they came; they go out again as they are. Not a key of JSON. */
const UNKNOWN = Symbol('unknown protobuf fields');
type Unknown = readonly [number: number, wireType: WireType, data: Uint8Array];

const EXTRA = 1000;
const KEY_ORDER = 1001;

const compiled = new Map<DescMessage, MessageCodec>();

export const messageCodec = (desc: DescMessage): MessageCodec => {
  const known = compiled.get(desc);
  if (known !== undefined) return known;
  const fields = desc.fields
    .filter(({ number }) => number !== EXTRA && number !== KEY_ORDER)
    .map((field) => fieldCodec(field, messageCodec));
  const codec = {
    write: writerOf(fields),
    read: readerOf(fields),
  };
  compiled.set(desc, codec);
  return codec;
};

const writerOf = (fields: readonly FieldCodec[]): MessageCodec['write'] => {
  const ranks = new Map(fields.map(({ name }, rank) => [name, rank]));
  return (writer, value) => {
    let unfit: Set<string> | undefined;
    for (const { name, fits, write } of fields) {
      const field = value[name];
      if (field === undefined) continue;
      if (fits(field)) write(writer, field as never);
      else (unfit ??= new Set()).add(name);
    }
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    let last = 0;
    let inOrder = true;
    for (const key of keys) {
      const rank = unfit?.has(key) === true ? fields.length : (ranks.get(key) ?? fields.length);
      if (rank === fields.length) writeEntry(writer, EXTRA, key, value[key]);
      // A reader puts the fields first, in their order, then what is extra.
      inOrder &&= rank >= last;
      last = rank;
    }
    if (!inOrder) for (const key of keys) writer.tag(KEY_ORDER, WireType.LengthDelimited).string(key);
    writeUnknown(writer, value);
  };
};

const writeUnknown = (writer: BinaryWriter, value: Fields): void => {
  const unknown = (value as { [UNKNOWN]?: readonly Unknown[] })[UNKNOWN];
  for (const [number, wireType, data] of unknown ?? []) writer.tag(number, wireType).raw(data);
};

const readerOf = (fields: readonly FieldCodec[]): MessageCodec['read'] => {
  const ranks = new Map(fields.map(({ number }, rank) => [number, rank]));
  return (reader, end, depth) => {
    const parts: unknown[] = Array.from(fields, () => undefined);
    const rest: Rest = { extra: [], keyOrder: [], unknown: [] };
    readFields(
      reader,
      end,
      (number, wireType) => {
        const rank = ranks.get(number);
        if (rank === undefined) return readRest(reader, end, depth, number, wireType, rest);
        const { read, wireType: expected } = fields[rank]!;
        mustBe(wireType, expected);
        parts[rank] = read(reader, end, depth + 1, parts[rank]);
        return true;
      },
      (number, wireType, data) => void rest.unknown.push([number, wireType, data.slice()]),
    );
    return objectOf(fields, parts, rest);
  };
};

interface Rest {
  readonly extra: (readonly [key: string, value: unknown])[];
  readonly keyOrder: string[];
  readonly unknown: Unknown[];
}

const readRest = (
  reader: BinaryReader,
  end: number,
  depth: number,
  number: number,
  wireType: WireType,
  rest: Rest,
): boolean => {
  if (number !== EXTRA && number !== KEY_ORDER) return false;
  mustBe(wireType, WireType.LengthDelimited);
  if (number === EXTRA) rest.extra.push(readEntry(reader, end, depth + 1));
  else rest.keyOrder.push(reader.string());
  return true;
};

const objectOf = (fields: readonly FieldCodec[], parts: readonly unknown[], rest: Rest): Fields => {
  const found: Fields = {};
  for (let rank = 0; rank < fields.length; rank++)
    if (parts[rank] !== undefined) found[fields[rank]!.name] = parts[rank];
  for (const [key, value] of rest.extra) if (!Object.hasOwn(found, key)) set(found, key, value);
  const object = rest.keyOrder.length === 0 ? found : inOrder(found, rest.keyOrder);
  if (rest.unknown.length > 0) Object.assign(object, { [UNKNOWN]: rest.unknown });
  return object;
};

const inOrder = (found: Fields, keys: readonly string[]): Fields => {
  const ordered: Fields = {};
  for (const key of keys) if (Object.hasOwn(found, key)) ordered[key] = found[key];
  return Object.assign(ordered, found);
};
