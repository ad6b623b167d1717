// Appends to the newest file, fsynced; what fails leaves no trace that a reader would take for a record.
import { open, truncate, type FileHandle } from 'node:fs/promises';
import { bytesOf, FILE_MODE, listSegments, segmentPath, syncDirectory, wholeBytes } from './segments.ts';

export interface SegmentLog {
  /** Resolves when the text, whole lines, is on disk. One call at a time. */
  append(text: string): Promise<void>;
  /** On disk, all files. */
  bytes(): number;
  /** Bytes that a crash had left of a record; nobody was told that it was written. */
  readonly tornBytes: number;
  /** After the files were replaced: goes on in a new one. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export const openSegmentLog = async (directory: string, segmentBytes: number): Promise<SegmentLog> => {
  const segments = await listSegments(directory);
  const last = segments.at(-1);
  const tornBytes = last === undefined ? 0 : await cutTornTail(last.path);
  let total = await bytesOf(segments);
  let number = last?.number ?? 0;
  let size = last === undefined ? segmentBytes : await bytesOf([last]);
  let file: FileHandle | undefined;

  const begin = async (): Promise<FileHandle> => {
    await file?.close();
    number++;
    file = undefined;
    size = 0;
    file = await open(segmentPath(directory, number), 'wx', FILE_MODE);
    await syncDirectory(directory);
    return file;
  };
  const fileFor = async (bytes: number): Promise<FileHandle> => {
    if (size > 0 && size + bytes > segmentBytes) return begin();
    return (file ??=
      number === 0 || size >= segmentBytes
        ? await begin()
        : await open(segmentPath(directory, number), 'a', FILE_MODE));
  };

  return {
    append: async (text) => {
      const bytes = Buffer.from(text);
      const target = await fileFor(bytes.length);
      try {
        await target.appendFile(bytes);
        await target.datasync();
      } catch (error) {
        // Nothing of it may be read; and a file whose fsync failed once is not trusted again.
        await truncate(segmentPath(directory, number), size).catch(() => undefined);
        size = segmentBytes;
        throw error;
      }
      size += bytes.length;
      total += bytes.length;
    },
    bytes: () => total,
    tornBytes,
    reopen: async () => {
      await file?.close();
      file = undefined;
      const left = await listSegments(directory);
      number = Math.max(number, left.at(-1)?.number ?? 0);
      size = segmentBytes;
      total = await bytesOf(left);
    },
    close: async () => {
      await file?.close();
      file = undefined;
    },
  };
};

const cutTornTail = async (path: string): Promise<number> => {
  const whole = await wholeBytes(path);
  await using file = await open(path, 'r+');
  const torn = (await file.stat()).size - whole;
  if (torn === 0) return 0;
  await file.truncate(whole);
  await file.datasync();
  return torn;
};
