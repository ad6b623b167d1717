// One object against what its manifest says of it.
import type { ObjectStore } from '../sdk/index.ts';
import { inflateObject } from '../sdk/archive/compress.ts';
import { HASH_DIGITS } from '../sdk/archive/keys.ts';
import { findLineFault, type LineFault } from '../sdk/archive/line-sums.ts';
import { sha256Of, type ManifestEntry } from '../sdk/archive/manifest.ts';
import { readWhole } from '../sdk/archive/object-store.ts';
import type { Finding } from './finding.ts';

/** The uncompressed lines, proven; or what is wrong. */
export type CheckedObject = { readonly lines: Buffer } | { readonly finding: Finding };

/** The key of another object of this content, by the first digits of its hash. */
export type FindByHash = (digits: string) => string | undefined;

/** What a changed object may have more than its manifest says, before it is no longer read. */
const SLACK_BYTES = 1024 * 1024;

export const checkObject = async (
  store: ObjectStore,
  entry: ManifestEntry,
  findByHash: FindByHash,
): Promise<CheckedObject> => {
  const { key } = entry;
  const there = await readWhole(store, key, entry.storedBytes + SLACK_BYTES);
  if (there === undefined) {
    return { finding: { code: 'ARCHIVE_OBJECT_MISSING', key, message: `is missing; it held ${entry.count} events` } };
  }
  const lines = await inflateObject(key, there.bytes, entry.bytes + SLACK_BYTES);
  const sha256 = sha256Of(lines.bytes);
  if (lines.isWhole && sha256 === entry.sha256) {
    if (sha256Of(there.bytes) === entry.storedSha256) return { lines: lines.bytes };
    return { finding: { code: 'ARCHIVE_OBJECT_CHANGED', key, message: 'was written anew, with the same lines' } };
  }
  const other = lines.isWhole ? findByHash(sha256.slice(0, HASH_DIGITS)) : undefined;
  if (other !== undefined) {
    return { finding: { code: 'ARCHIVE_OBJECT_SWAPPED', key, line: 1, message: `holds the lines of ${other}` } };
  }
  return { finding: changed(key, findLineFault(lines.bytes, entry.lineSums), lines.isWhole) };
};

const WORDS: Readonly<Record<LineFault['fault'], string>> = {
  changed: 'was changed',
  missing: 'is missing',
  added: 'was added',
  moved: 'was moved',
};

const changed = (key: string, fault: LineFault | undefined, isWhole: boolean): Finding => {
  const code = 'ARCHIVE_OBJECT_CHANGED';
  if (fault === undefined) return { code, key, message: 'has other bytes than were written' };
  const { line } = fault;
  if (!isWhole) return { code, key, line, message: `is damaged from line ${line} on` };
  return { code, key, line, message: `line ${line} ${WORDS[fault.fault]}` };
};
