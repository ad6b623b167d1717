// AnyValue and the scalars of OTLP's JSON encoding. `null` is an absent field, as in protobuf's JSON.
import type { Instant } from '../../../event/time.ts';
import {
  assertKey,
  type Attributes,
  ContentError,
  exactInteger,
  finiteOrName,
  MAX_VALUE_DEPTH,
  newAttributes,
  type OtlpValue,
  rawNumberText,
  tooDeep,
} from './request.ts';

const wrongType = (path: string, expected: string): ContentError =>
  new ContentError('EVENT_FIELD_TYPE', `expected ${expected}`, path === '' ? '' : `/${path}`);

export const readObject = (value: unknown, path = ''): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(path, 'an object');
  return value as Readonly<Record<string, unknown>>;
};

export const readList = (value: unknown, path: string): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(path, 'an array');
  return value;
};

export const readText = (value: unknown, path: string): string => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrongType(path, 'a string');
  if (!value.isWellFormed()) throw new ContentError('EVENT_NOT_UTF8', 'a string holds a lone surrogate');
  return value;
};

const SMALL_INTEGER = /^-?\d{1,10}$/;

/** A 32-bit field: a number, or a text of one. */
export const readInteger = (value: unknown, path: string): number => {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && SMALL_INTEGER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > 0xffff_ffff) {
    throw wrongType(path, 'a 32-bit integer');
  }
  return number;
};

const DIGITS = /^\d{1,20}$/;
const MAX_UINT64 = '18446744073709551615';

/** fixed64 nanoseconds; 0 is absent. */
export const readInstant = (value: unknown, path: string): Instant | undefined => {
  if (value === undefined || value === null) return undefined;
  const digits = typeof value === 'string' ? value : numberText(value);
  const beyond = digits.length === MAX_UINT64.length && digits > MAX_UINT64;
  if (!DIGITS.test(digits) || beyond) throw wrongType(path, 'nanoseconds since 1970, a decimal string');
  const seconds = Number(digits.slice(0, -9));
  const nanos = Number(digits.slice(-9));
  return seconds === 0 && nanos === 0 ? undefined : { seconds, nanos };
};

const numberText = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (rawNumberText(value) ?? '');

export const readAttributes = (value: unknown, into: Attributes = newAttributes()): Attributes => {
  for (const entry of readList(value, 'attributes')) {
    const fields = readObject(entry, 'attributes');
    into.keys.push(readKey(fields));
    into.values.push(readValue(fields['value'], 0));
  }
  return into;
};

const readKey = (fields: Readonly<Record<string, unknown>>): string => {
  const key = readText(fields['key'], 'attributes/key');
  assertKey(key);
  return key;
};

/** An AnyValue; one that holds nothing is null. */
export const readValue = (value: unknown, depth: number): OtlpValue => {
  if (value === undefined || value === null) return null;
  const fields = readObject(value, 'value');
  for (const name in fields) {
    const read = READERS.get(name);
    const held = fields[name];
    if (read !== undefined && held !== null) return read(held, depth + 1);
  }
  return null;
};

const readBoolean = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw wrongType('boolValue', 'a boolean');
  return value;
};

const INT64 = /^-?\d{1,19}$/;

const readInt64 = (value: unknown): number | object => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0;
  const text = typeof value === 'string' ? value : numberText(value);
  const integer = INT64.test(text) ? BigInt(text) : undefined;
  if (integer === undefined || BigInt.asIntN(64, integer) !== integer) throw wrongType('intValue', 'a 64-bit integer');
  return exactInteger(integer);
};

const NAMED = new Set(['NaN', 'Infinity', '-Infinity']);
const INTEGER = /^-?\d{1,400}$/;
const DOUBLE = /^-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?$/;

/** An integer without an exponent that no double holds was kept as its digits: it stays so. */
const readDouble = (value: unknown): number | string | object => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const digits = rawNumberText(value);
  if (digits !== undefined && INTEGER.test(digits)) return value as object;
  const text = typeof value === 'string' ? value : (digits ?? '');
  if (!NAMED.has(text) && !DOUBLE.test(text)) throw wrongType('doubleValue', 'a number');
  return finiteOrName(Number(text));
};

const readArray = (value: unknown, depth: number): OtlpValue[] => {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  return readList(readObject(value, 'arrayValue')['values'], 'arrayValue').map((entry) => readValue(entry, depth));
};

const readMap = (value: unknown, depth: number): Record<string, OtlpValue> => {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  const map: Record<string, OtlpValue> = {};
  for (const entry of readList(readObject(value, 'kvlistValue')['values'], 'kvlistValue')) {
    const fields = readObject(entry, 'kvlistValue');
    map[readKey(fields)] = readValue(fields['value'], depth);
  }
  return map;
};

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Base64 in either alphabet. */
export const readBytes = (text: string): Buffer | undefined =>
  BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;

const readBase64 = (value: unknown): string => {
  const bytes = readBytes(readText(value, 'bytesValue'));
  if (bytes === undefined) throw wrongType('bytesValue', 'base64');
  return bytes.toString('base64');
};

const READERS: ReadonlyMap<string, (value: unknown, depth: number) => OtlpValue> = new Map<
  string,
  (value: unknown, depth: number) => OtlpValue
>([
  ['stringValue', (value) => readText(value, 'stringValue')],
  ['boolValue', readBoolean],
  ['intValue', readInt64],
  ['doubleValue', readDouble],
  ['arrayValue', readArray],
  ['kvlistValue', readMap],
  ['bytesValue', readBase64],
]);
