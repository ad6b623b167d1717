// Reading a payload of which nothing is certain: a value of another kind, or too long for its place, is none.
import { type Fields, isFields } from '../../event/fields.ts';
import { isLonger } from '../../event/check/scalars.ts';
import { isRawJson } from '../../event/json.ts';

/** What stands at a dotted path. */
export const at = (value: unknown, path: string): unknown => {
  let found = value;
  for (const key of path.split('.')) {
    if (!isFields(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
};

export const fieldsAt = (value: unknown, path: string): Fields | undefined => {
  const found = at(value, path);
  return isFields(found) ? found : undefined;
};

export const listAt = (value: unknown, path: string): readonly unknown[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
};

const MAX_ID = 256;

/** A name or id: whole or not at all, for a part of it would name something else. */
export const idAt = (value: unknown, path: string, maxBytes: number = MAX_ID): string | undefined => {
  const found = at(value, path);
  const text = isRawJson(found) ? String((found as { rawJSON: unknown }).rawJSON) : found;
  if (typeof text === 'number') return Number.isFinite(text) ? String(text) : undefined;
  return typeof text !== 'string' || text === '' || isLonger(text, maxBytes) ? undefined : text;
};

/** Words for people: cut to their place. */
export const wordsAt = (value: unknown, path: string, maxBytes: number): string | undefined => {
  const found = at(value, path);
  return typeof found !== 'string' || found === '' ? undefined : clip(found, maxBytes);
};

export const clip = (text: string, maxBytes: number): string =>
  isLonger(text, maxBytes)
    ? Buffer.from(text.slice(0, maxBytes))
        .subarray(0, maxBytes)
        .toString()
        .replace(/\ufffd+$/, '')
    : text;

export const countAt = (value: unknown, path: string): number | undefined => {
  const found = at(value, path);
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : undefined;
};

const MAX_URL = 2048;
export const urlAt = (value: unknown, path: string): string | undefined => {
  const url = idAt(value, path, MAX_URL);
  return url !== undefined && /^https?:\/\//.test(url) ? url : undefined;
};

const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const NO_SHA = /^0+$/;
/** A commit. Zeros stand for none: a branch that was created or deleted. */
export const shaAt = (value: unknown, path: string): string | undefined => {
  const sha = idAt(value, path, 64);
  return sha !== undefined && SHA.test(sha) && !NO_SHA.test(sha) ? sha : undefined;
};

/** Without the keys that have no value; undefined if none has. */
export const compact = <T extends Record<string, unknown>>(fields: T): Partial<T> | undefined => {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
};
