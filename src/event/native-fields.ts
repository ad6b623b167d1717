// A canonical event as its sender would send it: what the collector has added is left out, to be derived again.
import { nativeEvent } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;
const NATIVE: ReadonlySet<string> = new Set(Object.keys(nativeEvent.shape));

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The native API's fields of an event, and those of a sender that no schema knows; without `schemaVersion`, `eventId`,
 * `processing`, `integrity`, the edge's times, and a correlation id that was derived. A new object; its parts are shared.
 */
export const nativeFieldsOf = (event: Fields): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(event)) {
    const value = event[key];
    if (value === undefined || (CANONICAL_ONLY.has(key) && !NATIVE.has(key))) continue;
    fields[key] = isFields(value) ? (SECTIONS[key]?.(value) ?? value) : value;
  }
  return fields;
};

const CANONICAL_ONLY: ReadonlySet<string> = new Set([
  'schemaVersion',
  'eventId',
  'timestampOriginal',
  'timestampSource',
  'receivedAt',
  'processedAt',
  'processing',
  'integrity',
]);

const without = (section: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(section).filter(([name]) => !names.includes(name)));

const SECTIONS: Readonly<Record<string, (section: Fields) => Fields>> = {
  source: (source) => without(source, 'kind'),
  correlation: (correlation) => {
    const { method = 'explicit' } = correlation;
    return without(correlation, 'method', 'confidence', ...(method === 'explicit' ? [] : ['correlationId']));
  },
};
