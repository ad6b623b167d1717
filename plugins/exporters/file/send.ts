// The only file that touches the disk. A line is whole, or it is the last one and the next start cuts it.
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rotationsOf } from './rotate.ts';

export interface LineFileOptions {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly fsync: boolean;
}

export interface LineFile {
  /** Appends whole lines. Rejects with the file system's error and leaves nothing of them behind. */
  append(lines: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What is at the path is not ours: it ends with something else than a line of ours, or half of one. */
export class NotNdjsonError extends Error {
  constructor() {
    super('the file does not end with an event or half of one; move it away');
    this.name = 'NotNdjsonError';
  }
}

interface Open {
  readonly handle: FileHandle;
  size: number;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Above the largest event, 256 KiB. */
const LONGEST_HALF_LINE = 1024 * 1024;
const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;

export const createLineFile = (options: LineFileOptions): LineFile => {
  let current: Open | undefined;

  const close = async (): Promise<void> => {
    const { handle } = current ?? {};
    current = undefined;
    await handle?.close();
  };

  const ready = async (bytes: number): Promise<Open> => {
    current ??= await openAtLineEnd(options.path);
    if (current.size === 0 || current.size + bytes <= options.maxBytes) return current;
    await close();
    await rotate(options);
    return (current = await openAtLineEnd(options.path));
  };

  return {
    append: async (lines) => {
      const file = await ready(lines.length);
      try {
        await writeWhole(file.handle, lines);
        if (options.fsync) await file.handle.datasync();
        file.size += lines.length;
      } catch (error) {
        // After a failed sync the kernel may have dropped the pages: nothing of this handle is trusted again.
        await file.handle.truncate(file.size).catch(() => undefined);
        await close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
};

/** Short writes happen, e.g. on a disk that fills up. */
const writeWhole = async (handle: FileHandle, lines: Uint8Array): Promise<void> => {
  let written = 0;
  while (written < lines.length) {
    const { bytesWritten } = await handle.write(lines, written, lines.length - written);
    written += bytesWritten;
  }
};

const openAtLineEnd = async (path: string): Promise<Open> => {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const handle = await open(path, 'a+', FILE_MODE);
  try {
    const { size } = await handle.stat();
    const end = await endOfLastLine(handle, size);
    if (end < size) await handle.truncate(end);
    if (end < size || size === 0) await syncFolder(dirname(path));
    return { handle, size: end };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** A crash in the middle of a write leaves half a line. Its batch was not answered, so its events come again. */
const endOfLastLine = async (handle: FileHandle, size: number): Promise<number> => {
  const tail = Buffer.alloc(Math.min(size, LONGEST_HALF_LINE));
  const start = size - tail.length;
  const { bytesRead } = await handle.read(tail, 0, tail.length, start);
  const newline = tail.subarray(0, bytesRead).lastIndexOf(NEWLINE);
  const isWholeTail = newline >= 0 || start === 0;
  if (!isWholeTail || !startsLikeOurs(tail.subarray(newline + 1))) throw new NotNdjsonError();
  return start + newline + 1;
};

/** Zeros are what a file system shows of a block that it allocated and did not write before the crash. */
const startsLikeOurs = (half: Uint8Array): boolean => half.length === 0 || half[0] === OPENING_BRACE || half[0] === 0;

const rotate = async ({ path, maxFiles }: LineFileOptions): Promise<void> => {
  for (const step of rotationsOf(path, maxFiles)) {
    if ('remove' in step) await rm(step.remove, { force: true });
    else await renameIfThere(step.rename, step.to);
  }
  await syncFolder(dirname(path));
};

const renameIfThere = async (from: string, to: string): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

const syncFolder = async (path: string): Promise<void> => {
  await using folder = await open(path, 'r');
  await folder.sync();
};
