// A folder's files as a bucket lists its objects: by the bytes of their keys, folder by folder, never all at once.
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectEntry } from '../../../src/sdk/index.ts';
import { keyOfPath } from './encode.ts';
import { hasCode } from './has-code.ts';

/** Keys that begin with `prefix` and stand behind `after`. Hidden files, the drafts among them, are no objects. */
export async function* listFolder(root: string, prefix: string, after: string): AsyncGenerator<ObjectEntry> {
  yield* walk(root, root, prefix, after);
}

async function* walk(root: string, folder: string, prefix: string, after: string): AsyncGenerator<ObjectEntry> {
  for (const entry of await sortedEntries(folder)) {
    const path = join(folder, entry.name);
    const key = keyOfPath(root, path);
    if (entry.isDirectory()) {
      if (mayHold(`${key}/`, prefix, after)) yield* walk(root, path, prefix, after);
    } else if (key.startsWith(prefix) && key > after) {
      yield* entryOf(path, key);
    }
  }
}

async function* entryOf(path: string, key: string): AsyncGenerator<ObjectEntry> {
  try {
    const { size, mtimeMs } = await stat(path);
    yield { key, bytes: size, modifiedMs: mtimeMs };
  } catch (error) {
    // Removed since its folder was read.
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

const mayHold = (folderKey: string, prefix: string, after: string): boolean =>
  (folderKey.startsWith(prefix) || prefix.startsWith(folderKey)) && (folderKey > after || after.startsWith(folderKey));

/** In the order of whole keys: `a-b/` stands before `a/`, as `-` does before `/`. */
const sortedEntries = async (folder: string): Promise<Dirent[]> => {
  const entries = (await readEntries(folder)).filter(({ name }) => !name.startsWith('.'));
  const sortKey = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
};

const readEntries = async (folder: string): Promise<Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
};
