// The few calls that the journal makes of the disk, so that tests can let each of them fail.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises';

export interface JournalFile {
  /** Reads at `position` into all of `target`; fewer bytes at the end of the file only. */
  read(target: Buffer, position: number): Promise<number>;
  /** Writes at `position`; may write less than it was given. */
  writev(parts: readonly Uint8Array[], position: number): Promise<number>;
  datasync(): Promise<void>;
  size(): Promise<number>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  makeDirectory(path: string): Promise<void>;
  list(directory: string): Promise<string[]>;
  /** Fails if the file exists. */
  create(path: string): Promise<JournalFile>;
  openToRead(path: string): Promise<JournalFile>;
  /** For the sealing of a torn tail. */
  openToChange(path: string): Promise<JournalFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
  random(bytes: number): Buffer;
}

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

const openFile = async (path: string, flags: string): Promise<JournalFile> => {
  const handle = await open(path, flags, FILE_MODE);
  return {
    read: async (target, position) => {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    },
    writev: async (parts, position) => (await handle.writev([...parts], position)).bytesWritten,
    datasync: () => handle.datasync(),
    size: async () => (await handle.stat()).size,
    truncate: (bytes) => handle.truncate(bytes),
    close: () => handle.close(),
  };
};

export const nodeFileSystem: FileSystem = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  },
  list: (directory) => readdir(directory),
  create: (path) => openFile(path, 'wx+'),
  openToRead: (path) => openFile(path, 'r'),
  openToChange: (path) => openFile(path, 'r+'),
  rename,
  remove: unlink,
  syncDirectory: async (path) => {
    await using handle = await open(path, 'r');
    await handle.sync();
  },
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
  random: randomBytes,
};

/** Writes everything, however little each call takes. */
export const writeFully = async (
  file: JournalFile,
  parts: readonly Uint8Array[],
  position: number,
): Promise<number> => {
  let left = parts.filter(({ length }) => length > 0);
  let written = 0;
  while (left.length > 0) {
    const count = await file.writev(left, position + written);
    if (count <= 0) throw Object.assign(new Error('the file takes no more bytes'), { code: 'EIO' });
    written += count;
    left = dropBytes(left, count);
  }
  return written;
};

const dropBytes = (parts: readonly Uint8Array[], count: number): Uint8Array[] => {
  let drop = count;
  let first = 0;
  while (first < parts.length && drop >= parts[first]!.length) drop -= parts[first++]!.length;
  const left = parts.slice(first);
  if (drop > 0) left[0] = left[0]!.subarray(drop);
  return left;
};

export const isDiskFull = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
};
