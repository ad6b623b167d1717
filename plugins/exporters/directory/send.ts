// The only file that touches the disk: an object is there whole and durable, or not at all.
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Archive {
  /** Makes the root and removes what a crash left half written. */
  open(): Promise<void>;
  /** Resolves when the object is durable. One of the same name is the same object, and stays. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const DRAFTS = '.drafts';
/** Folders known to be durable; a few thousand tenants' hours. */
const MOST_KNOWN = 16_384;

export const createArchive = (root: string): Archive => {
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

  const place = async (draft: string, path: string): Promise<void> => {
    const folder = dirname(path);
    await ensureFolder(folder);
    await linkOrRename(draft, path);
    await syncFolder(folder);
  };

  return {
    open: async () => {
      await mkdir(dirname(root), { recursive: true, mode: FOLDER_MODE });
      await ensureFolder(root);
      await rm(drafts, { recursive: true, force: true });
      await ensureFolder(drafts);
    },
    put: async (key, bytes) => {
      const draft = join(drafts, randomUUID());
      try {
        await ensureFolder(drafts);
        await writeDurably(draft, bytes);
        await place(draft, join(root, key));
      } catch (error) {
        // A folder that was removed under us must not stay known.
        known.clear();
        throw error;
      } finally {
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
};

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

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

/** A link never overwrites. Where the volume has none, a rename puts the same bytes in the place of the same bytes. */
const linkOrRename = async (draft: string, path: string): Promise<void> => {
  try {
    await link(draft, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    await rename(draft, path);
  }
};

const syncFolder = async (path: string): Promise<void> => {
  await using folder = await open(path, 'r');
  await folder.sync();
};
