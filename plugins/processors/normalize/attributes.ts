// Attributes beyond the schema's bounds, which flat telemetry often brings: cut and listed, surplus ones to the payload.
import type { EventError } from '../../../src/event/event-error.ts';
import { pointerOf } from '../../../src/event/pointer.ts';
import type { Free } from './strays.ts';
import { MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES } from './survey.ts';

type Attributes = NonNullable<Free['attributes']>;

export const attributeErrors = (attributes: Attributes): EventError[] => {
  const errors: EventError[] = [];
  if (Object.keys(attributes).length > MAX_ATTRIBUTES)
    errors.push({
      code: 'EVENT_TOO_MANY',
      path: '/attributes',
      message: `must have at most ${MAX_ATTRIBUTES} keys`,
    });
  for (const [key, value] of Object.entries(attributes)) {
    if (![value].flat().some(isLong)) continue;
    const message = `must be at most ${MAX_ATTRIBUTE_BYTES} bytes of UTF-8`;
    errors.push({ code: 'EVENT_FIELD_TOO_LONG', path: pointerOf(['attributes', key]), message });
  }
  return errors;
};

/** Adds the path of each cut to `cut`. */
export const fitAttributes = (attributes: Attributes, data: Free['data'], cut: Set<string>): Free => {
  const fitted: Attributes = {};
  const surplus: Record<string, unknown> = {};
  for (const [i, [key, value]] of Object.entries(attributes).entries()) {
    if (i >= MAX_ATTRIBUTES) surplus[key] = value;
    else fitted[key] = Array.isArray(value) ? value.map((item, n) => fit(item, [key, n], cut)) : fit(value, [key], cut);
  }
  const isOver = Object.keys(surplus).length > 0;
  return { attributes: fitted, data: isOver ? { ...data, [freeName(data)]: surplus } : data };
};

const isLong = (value: unknown): boolean => typeof value === 'string' && Buffer.byteLength(value) > MAX_ATTRIBUTE_BYTES;

const fit = <T>(value: T, path: readonly (string | number)[], cut: Set<string>): T | string => {
  if (typeof value !== 'string' || !isLong(value)) return value;
  cut.add(pointerOf(['attributes', ...path]));
  return firstBytes(value, MAX_ATTRIBUTE_BYTES);
};

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
