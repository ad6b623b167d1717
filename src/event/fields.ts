import { isRawJson } from './json.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An object of parsed JSON: no array, and no big integer that kept its digits. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);
