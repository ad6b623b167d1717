// Attributes beyond the schema's bounds, which flat telemetry often brings: cut and listed, surplus ones to the payload.
import type { EventError } from '../../../src/event/event-error.ts';
import { pointerOf } from '../../../src/event/pointer.ts';
import type { Free } from './strays.ts';
import type { AttributeLimits } from './survey.ts';

type Attributes = NonNullable<Free['attributes']>;

export const attributeErrors = (attributes: Attributes, { maxKeys, maxBytes }: AttributeLimits): EventError[] => {
  const errors: EventError[] = [];
  if (Object.keys(attributes).length > maxKeys)
    errors.push({
      code: 'EVENT_TOO_MANY',
      path: '/attributes',
      message: `must have at most ${maxKeys} keys`,
    });
  for (const [key, value] of Object.entries(attributes)) {
    if (![value].flat().some((item) => isLong(item, maxBytes))) continue;
    const message = `must be at most ${maxBytes} bytes of UTF-8`;
    errors.push({ code: 'EVENT_FIELD_TOO_LONG', path: pointerOf(['attributes', key]), message });
  }
  return errors;
};

/** Adds the path of each cut to `cut`. */
export const fitAttributes = (
  attributes: Attributes,
  data: Free['data'],
  { maxKeys, maxBytes }: AttributeLimits,
  cut: Set<string>,
): Free => {
  const fit = <T>(value: T, path: readonly (string | number)[]): T | string => {
    if (typeof value !== 'string' || !isLong(value, maxBytes)) return value;
    cut.add(pointerOf(['attributes', ...path]));
    return firstBytes(value, maxBytes);
  };
  const fitted: Attributes = {};
  const surplus: Record<string, unknown> = {};
  for (const [i, [key, value]] of Object.entries(attributes).entries()) {
    if (i >= maxKeys) surplus[key] = value;
    else fitted[key] = Array.isArray(value) ? value.map((item, n) => fit(item, [key, n])) : fit(value, [key]);
  }
  const isOver = Object.keys(surplus).length > 0;
  return { attributes: fitted, data: isOver ? { ...data, [freeName(data)]: surplus } : data };
};

const isLong = (value: unknown, maxBytes: number): boolean =>
  typeof value === 'string' && Buffer.byteLength(value) > maxBytes;

/** At most so many bytes of UTF-8, ending with a whole character. */
const firstBytes = (text: string, maxBytes: number): string => {
  const bytes = Buffer.from(text);
  let end = maxBytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
};

const freeName = (data: Free['data']): string => {
  let name = 'attributes';
  while (data !== undefined && Object.hasOwn(data, name)) name += '_';
  return name;
};
