// An event's bytes, once: its JSON line with the hash of what it says.
import { hash } from 'node:crypto';
import type { CanonicalEvent, Processing } from './schema.ts';

/**
 * Writes the event's JSON line, without a newline, at `offset` of `target`. Returns where it ends, or -1 when the
 * target is too small. `integrity.contentHash` is over the line without `processing` and `integrity`: parse it, delete
 * the two, stringify, and the bytes are those that were hashed.
 */
export const sealInto = (event: CanonicalEvent, rawSize: number, target: Buffer, offset: number): number => {
  const core = coreOf(event);
  if (!fits(core, target.length - offset)) return -1;
  const coreEnd = offset + target.write(core, offset);
  const trailer = trailerOf(event, sha256(target.subarray(offset, coreEnd)), rawSize);
  // The trailer takes the place of the core's closing brace.
  if (!fits(trailer, target.length - coreEnd + 1)) return -1;
  return coreEnd - 1 + target.write(trailer, coreEnd - 1);
};

/** What `integrity.contentHash` must read for this event. */
export const contentHashOf = (event: CanonicalEvent): string => `sha256:${sha256(coreOf(event))}`;

const sha256 = (said: string | Uint8Array): string => hash('sha256', said);

/** The two fields are away for a moment: a copy of the event without them costs as much as a third of its JSON. */
const coreOf = (event: CanonicalEvent): string => {
  const { processing, integrity } = event;
  const open = event as { processing: unknown; integrity: unknown };
  open.processing = undefined;
  open.integrity = undefined;
  try {
    return JSON.stringify(event);
  } finally {
    open.processing = processing;
    open.integrity = integrity;
  }
};

const trailerOf = ({ processing, integrity }: CanonicalEvent, digest: string, rawSize: number): string =>
  `,"processing":${processingOf(processing)},"integrity":${integrityOf(integrity, `sha256:${digest}`, rawSize)}}`;

let plainVersion: string | undefined;
let plainText = '';

/** Most events were neither cut nor redacted and have no warning: theirs is written once. */
const processingOf = (processing: Processing): string => {
  if (!isPlain(processing)) return JSON.stringify(processing);
  if (processing.pipelineVersion !== plainVersion) {
    plainVersion = processing.pipelineVersion;
    plainText = JSON.stringify(processing);
  }
  return plainText;
};

const isPlain = (processing: Processing): boolean => {
  if (processing.attempt !== 1 || processing.truncated) return false;
  return holdsOnly(processing, 'pipelineVersion', 'attempt', 'truncated');
};

const integrityOf = (integrity: CanonicalEvent['integrity'], contentHash: string, rawSize: number): string =>
  holdsOnly(integrity, 'contentHash', 'rawSize')
    ? `{"contentHash":"${contentHash}","rawSize":${rawSize}}`
    : JSON.stringify({ ...integrity, contentHash, rawSize });

/** Has it these fields in this order, and no other? */
const holdsOnly = (section: object, ...fields: readonly string[]): boolean => {
  let found = 0;
  for (const key in section) {
    if ((section as Readonly<Record<string, unknown>>)[key] === undefined) continue;
    if (key !== fields[found]) return false;
    found++;
  }
  return found === fields.length;
};

/** No UTF-16 unit takes more than three bytes of UTF-8, so most texts need no count. */
const fits = (text: string, room: number): boolean => text.length * 3 <= room || Buffer.byteLength(text) <= room;
