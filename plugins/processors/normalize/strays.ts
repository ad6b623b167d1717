// Fields that the schema does not know: scalars to the attributes, the rest to the payload; nothing is overwritten or lost.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { kindOf } from '../../../src/event/check/kinds.ts';
import type { AttributeLimits } from './survey.ts';

export interface Free {
  readonly attributes: CanonicalEvent['attributes'];
  readonly data: CanonicalEvent['data'];
}

export const placeStrays = (
  { attributes, data }: Free,
  strays: readonly (readonly [string, unknown])[],
  { maxKeys, maxBytes }: AttributeLimits,
): Free => {
  const flat = { ...attributes };
  const nested = { ...data };
  let count = Object.keys(flat).length;
  for (const [path, value] of strays.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (count < maxKeys && isFlat(path, value, maxBytes) && !Object.hasOwn(flat, path)) {
      flat[path] = value as string;
      count++;
    } else nested[freeKey(nested, path)] = value;
  }
  return { attributes: orNothing(flat), data: orNothing(nested) };
};

const MAX_KEY_BYTES = 256;
const isFlat = (path: string, value: unknown, maxBytes: number): boolean => {
  const kind = kindOf(value);
  if (Buffer.byteLength(path) > MAX_KEY_BYTES || kind === 'object' || kind === 'array') return false;
  return typeof value !== 'string' || Buffer.byteLength(value) <= maxBytes;
};

const freeKey = (taken: Readonly<Record<string, unknown>>, path: string): string => {
  let key = path;
  while (Object.hasOwn(taken, key)) key += '_';
  return key;
};

const orNothing = <T extends object>(value: T): T | undefined => (Object.keys(value).length === 0 ? undefined : value);
