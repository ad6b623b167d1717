// A JSON value to an AnyValue as OTLP's JSON encoding writes it; `readValue` of decode-json-value.ts is the way back.
import { rawNumberText } from '../decode/request.ts';

export type AnyValue = Readonly<Record<string, unknown>>;
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export const anyValueOf = (value: unknown): AnyValue => {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    case 'object':
      return value === null ? {} : (exactIntegerOf(value) ?? containerOf(value));
    default:
      return {};
  }
};

export const keyValuesOf = (map: object): KeyValue[] =>
  Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: anyValueOf(value) }]));

const INTEGER = /^-?\d+$/;

/** Beyond 64 bits there is no integer in OTLP: its digits are kept as those of a double, which readers may round. */
const exactIntegerOf = (value: object): AnyValue | undefined => {
  const digits = rawNumberText(value);
  if (digits === undefined) return undefined;
  const isInt64 = INTEGER.test(digits) && digits.length <= 20 && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);
  return isInt64 ? { intValue: digits } : { doubleValue: value };
};

const containerOf = (value: object): AnyValue =>
  Array.isArray(value)
    ? { arrayValue: { values: value.map(anyValueOf) } }
    : { kvlistValue: { values: keyValuesOf(value) } };
