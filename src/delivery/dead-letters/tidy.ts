// Writes what is still open to new files and deletes the old ones. At every crash point the records read the same:
// a letter that stands twice is one letter, and what was resolved stays resolved until its file is gone.
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../sdk/index.ts';
import { foldLetters, withEvents, type FoldedLetters, type OpenLetter } from './open-letters.ts';
import { encodeLetter } from './record.ts';
import { FILE_MODE, listSegments, segmentPath, syncDirectory } from './segments.ts';

const DRAFT = '.draft';
const LETTERS_AT_ONCE = 256;

/** A compaction that a crash ended. */
export const removeDrafts = async (directory: string): Promise<void> => {
  const names = await readdir(directory);
  for (const name of names) if (name.endsWith(DRAFT)) await rm(join(directory, name));
};

/** Leaves out what is resolved, where there is something. */
export const tidy = async (directory: string, log: Log): Promise<void> => {
  try {
    const folded = await foldLetters(directory);
    if (folded.stale === 0 && folded.damaged.size === 0) return;
    if (folded.damaged.size > 0) {
      log.error('dead letters are damaged; the files are kept aside', { files: folded.damaged.size });
    }
    await compact(directory, folded);
  } catch (error) {
    // On a full disk there is no room for the copy. The files as they are say the same.
    log.warn('resolved dead letters stay on disk', { reason: (error as NodeJS.ErrnoException).code ?? 'unknown' });
  }
};

/** Files with damage are kept aside, as `….damaged`. */
const compact = async (directory: string, { letters, damaged }: FoldedLetters): Promise<void> => {
  const old = await listSegments(directory);
  const path = segmentPath(directory, (old.at(-1)?.number ?? 0) + 1);
  if (letters.length > 0) {
    await writeDraft(`${path}${DRAFT}`, letters);
    await rename(`${path}${DRAFT}`, path);
    await syncDirectory(directory);
  }
  for (const segment of old) {
    if (damaged.has(segment.path)) await rename(segment.path, `${segment.path}.damaged`);
    else await rm(segment.path);
  }
  await syncDirectory(directory);
};

const writeDraft = async (path: string, letters: readonly OpenLetter[]): Promise<void> => {
  await using file = await open(path, 'w', FILE_MODE);
  for (let i = 0; i < letters.length; i += LETTERS_AT_ONCE) {
    const some = await withEvents(letters.slice(i, i + LETTERS_AT_ONCE));
    await file.appendFile(some.map(encodeLetter).join(''));
  }
  await file.datasync();
};
