// What a crash left half-written is cut off its segment and kept beside it, for whoever wants to look.
import { basename, dirname, join } from 'node:path';
import type { ByteRange } from '../format/frame-scan.ts';
import { writeFully, type FileSystem, type JournalFile } from '../file-system.ts';

const CHUNK_BYTES = 1024 * 1024;
/** More than these are of no use to anybody; the oldest go first. */
const MAX_ASIDES = 16;

export const isAsideName = (name: string): boolean => /\.torn-\d+$/.test(name);

/** A name for what is put aside from `path`. */
export const asidePath = (path: string, names: readonly string[]): string => {
  const prefix = `${basename(path)}.torn-`;
  const taken = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)));
  return join(dirname(path), `${prefix}${Math.max(0, ...taken) + 1}`);
};

/** Copies the range aside, and cuts it off when the copy is durable: a crash in between copies it once more. */
export const sealTornTail = async (fs: FileSystem, path: string, { from, to }: ByteRange): Promise<void> => {
  const directory = dirname(path);
  const file = await fs.openToChange(path);
  try {
    const aside = await fs.create(asidePath(path, await fs.list(directory)));
    try {
      await copyRange(file, aside, { from, to });
      await aside.datasync();
    } finally {
      await aside.close();
    }
    await fs.syncDirectory(directory);
    await file.truncate(from);
    await file.datasync();
  } finally {
    await file.close();
  }
};

export const removeOldAsides = async (fs: FileSystem, directory: string): Promise<void> => {
  const asides = (await fs.list(directory)).filter(isAsideName).toSorted();
  for (const name of asides.slice(0, Math.max(0, asides.length - MAX_ASIDES))) await fs.remove(join(directory, name));
};

const copyRange = async (source: JournalFile, target: JournalFile, { from, to }: ByteRange): Promise<void> => {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = from; at < to;) {
    const read = await source.read(chunk.subarray(0, Math.min(CHUNK_BYTES, to - at)), at);
    if (read === 0) return;
    await writeFully(target, [chunk.subarray(0, read)], at - from);
    at += read;
  }
};
