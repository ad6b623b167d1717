// Small words about parsed JSON, for the mappings of this folder and of CDEvents.
import { isLonger } from '../../event/check/scalars.ts';
import { type Fields } from '../../event/fields.ts';

export type Section = Record<string, unknown>;

/** A text that says something. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A text of 1 to `maxBytes` bytes of UTF-8. */
export const fits = (value: unknown, maxBytes: number): value is string => isText(value) && !isLonger(value, maxBytes);

/** The value if it is such a text. */
export const textOf = (value: unknown, maxBytes: number): string | undefined =>
  fits(value, maxBytes) ? value : undefined;

export const isHttps = (value: unknown): value is string => fits(value, 2048) && value.startsWith('https://');

/** Sets what is there: an absent field is no key. */
export const setIf = (section: Section, field: string, value: unknown): void => {
  if (value !== undefined) section[field] = value;
};

/** The value under a key that is the object's own. */
export const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

export const orNothing = <T extends object>(section: T): T | undefined =>
  Object.keys(section).length === 0 ? undefined : section;
