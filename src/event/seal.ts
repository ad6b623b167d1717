// An event's bytes, once: its JSON line with the hash of what it says.
import { hash } from 'node:crypto';
import type { CanonicalEvent } from './schema.ts';

/**
 * Writes the event's JSON line, without a newline, at `offset` of `target`. Returns where it ends, or -1 when the
 * target is too small. `integrity.contentHash` is over the line without `processing` and `integrity`: parse it, delete
 * the two, stringify, and the bytes are those that were hashed.
 */
export const sealInto = (event: CanonicalEvent, rawSize: number, target: Buffer, offset: number): number => {
  const core = coreOf(event);
  if (!fits(core, target.length - offset)) return -1;
  const coreEnd = offset + target.write(core, offset);
  const trailer = trailerOf(event, sha256(core), rawSize);
  // The trailer takes the place of the core's closing brace.
  if (!fits(trailer, target.length - coreEnd + 1)) return -1;
  return coreEnd - 1 + target.write(trailer, coreEnd - 1);
};

/** What `integrity.contentHash` must read for this event. */
export const contentHashOf = (event: CanonicalEvent): string => sha256(coreOf(event));

// Hashing the text costs less than a view of the bytes that were just written.
const sha256 = (text: string): string => `sha256:${hash('sha256', text)}`;

const coreOf = (event: CanonicalEvent): string =>
  JSON.stringify({ ...event, processing: undefined, integrity: undefined });

const trailerOf = (event: CanonicalEvent, contentHash: string, rawSize: number): string =>
  `,"processing":${JSON.stringify(event.processing)},"integrity":${JSON.stringify({ ...event.integrity, contentHash, rawSize })}}`;

/** No UTF-16 unit takes more than three bytes of UTF-8, so most texts need no count. */
const fits = (text: string, room: number): boolean => text.length * 3 <= room || Buffer.byteLength(text) <= room;
