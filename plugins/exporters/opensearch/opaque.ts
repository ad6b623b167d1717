// Lucene takes no term above 32,766 bytes, and a flat_object makes terms of whole strings and of their paths. An event
// with such a string under `data` or `attributes` is stored as text there: it comes back whole, found by its typed
// fields and its words.
import type { CanonicalEvent } from '../../../src/event/schema.ts';

/** Lucene's limit, less room for the field's name and separators. */
const MAX_TERM_BYTES = 32_000;
/** A line that is no longer holds no such term: only longer ones are looked into. */
export const OPAQUE_ABOVE_BYTES = MAX_TERM_BYTES;

export const hasImmenseTerm = (line: Buffer): boolean => {
  const { data, attributes } = JSON.parse(line.toString()) as CanonicalEvent;
  return isImmense(data, 0) || isImmense(attributes, 0);
};

const isImmense = (value: unknown, pathBytes: number): boolean => {
  if (typeof value === 'string') return pathBytes + Buffer.byteLength(value) > MAX_TERM_BYTES;
  if (typeof value !== 'object' || value === null) return pathBytes > MAX_TERM_BYTES;
  if (Array.isArray(value)) return value.some((item) => isImmense(item, pathBytes));
  return Object.entries(value).some(([key, item]) => isImmense(item, pathBytes + Buffer.byteLength(key) + 1));
};

/** `_line` is in no mapping: it is kept, and not indexed. */
export const toOpaque = (line: Buffer): Buffer => {
  const text = line.toString();
  const { data: _data, attributes: _attributes, ...typed } = JSON.parse(text) as CanonicalEvent;
  return Buffer.from(JSON.stringify({ ...typed, _line: text }));
};

const TRAILER = ',"_ns":';

/** The sealed line of a stored document, given its text. */
export const lineOf = (source: string): string => {
  const end = source.lastIndexOf(TRAILER);
  const line = end < 0 ? source : `${source.slice(0, end)}}`;
  return line.includes('"_line":"') ? opaqueLineOf(line) : line;
};

const opaqueLineOf = (line: string): string => {
  const { _line: own } = JSON.parse(line) as { readonly _line?: unknown };
  return typeof own === 'string' ? own : line;
};
