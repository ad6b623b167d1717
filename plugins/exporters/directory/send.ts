// The only file that touches the disk: an object is there whole and durable, or not at all.
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchiveStore } from '../../../src/sdk/index.ts';
import { pathOfKey } from './encode.ts';
import { hasCode } from './has-code.ts';
import { listFolder } from './list-folder.ts';

export interface DirectoryStore extends ArchiveStore {
  /** Makes the root and removes what a crash left half written. Only the writer does. */
  open(): Promise<void>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const DRAFTS = '.drafts';
/** Folders known to be durable; a few thousand tenants' hours. */
const MOST_KNOWN = 16_384;

export const createDirectoryStore = (root: string): DirectoryStore => {
  const drafts = join(root, DRAFTS);
  const known = new Set<string>();

  const ensureFolder = async (path: string): Promise<void> => {
    if (known.has(path)) return;
    if (path !== root) await ensureFolder(dirname(path));
    await makeFolder(path);
    await syncFolder(dirname(path));
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(path);
  };

  const place = async (draft: string, path: string): Promise<'written' | 'there'> => {
    const folder = dirname(path);
    await ensureFolder(folder);
    const answer = await linkOrRename(draft, path);
    await syncFolder(folder);
    return answer;
  };

  return {
    open: async () => {
      await mkdir(dirname(root), { recursive: true, mode: FOLDER_MODE });
      await ensureFolder(root);
      await rm(drafts, { recursive: true, force: true });
      await ensureFolder(drafts);
    },
    put: async (key, bytes) => {
      const path = pathOfKey(root, key);
      const draft = join(drafts, randomUUID());
      try {
        await ensureFolder(drafts);
        await writeDurably(draft, bytes);
        return await place(draft, path);
      } catch (error) {
        // A folder that was removed under us must not stay known.
        known.clear();
        throw error;
      } finally {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
    read: async (key) => {
      try {
        const file = await open(pathOfKey(root, key), 'r');
        return file.createReadStream();
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    },
    list: (prefix, { after = '' } = {}) => listFolder(root, prefix, after),
    close: () => {},
  };
};

const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
};

const writeDurably = async (path: string, bytes: Uint8Array): Promise<void> => {
  await using file = await open(path, 'wx', FILE_MODE);
  await file.writeFile(bytes);
  await file.sync();
};

/** A link never overwrites. Where the volume has none, a rename does, after a look that the one writer may trust. */
const linkOrRename = async (draft: string, path: string): Promise<'written' | 'there'> => {
  try {
    await link(draft, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return 'there';
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    if (await isThere(path)) return 'there';
    await rename(draft, path);
  }
  return 'written';
};

const isThere = async (path: string): Promise<boolean> => {
  try {
    await (await open(path, 'r')).close();
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
};

const syncFolder = async (path: string): Promise<void> => {
  await using folder = await open(path, 'r');
  await folder.sync();
};
