import { isRawJson } from '../event/json.ts';

// Two pipelines fed by one receiver each own what they change.

/** A deep copy of decoded JSON content; exact big integers (`JSON.rawJSON`) are immutable and shared. */
export const cloneContent = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return value;
  if (Array.isArray(value)) return value.map(cloneContent) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cloneContent(inner)])) as T;
};
