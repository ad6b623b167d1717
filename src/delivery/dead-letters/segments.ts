// The files of the dead letters: numbered, appended to in order, read beside the process that writes them.
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface SegmentFile {
  readonly number: number;
  readonly path: string;
}

/** A line and where it stands. */
export interface PlacedLine {
  readonly text: string;
  readonly path: string;
  readonly offset: number;
  /** Bytes without the newline. */
  readonly length: number;
}

export const FILE_MODE = 0o600;
const NAME = /^(\d{8})\.ndjson$/;
const NEWLINE = 0x0a;

export const segmentPath = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(8, '0')}.ndjson`);

/** Oldest first; none where there is no directory yet. */
export const listSegments = async (directory: string): Promise<readonly SegmentFile[]> => {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const number = NAME.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), path: join(directory, name) }];
    })
    .toSorted((a, b) => a.number - b.number);
};

export const bytesOf = async (segments: readonly SegmentFile[]): Promise<number> => {
  const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

/** The whole lines of a file, a read's worth at a time. What follows the last newline is not told: it is being written, or torn. */
export async function* readLines(path: string): AsyncGenerator<readonly PlacedLine[]> {
  let rest: Buffer = Buffer.alloc(0);
  let base = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const lines: PlacedLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lines.push({ text: bytes.toString('utf8', start, end), path, offset: base + start, length: end - start });
      start = end + 1;
    }
    base += start;
    rest = bytes.subarray(start);
    if (lines.length > 0) yield lines;
  }
}

/** Where the last whole line ends. */
export const wholeBytes = async (path: string): Promise<number> => {
  let end = 0;
  for await (const lines of readLines(path)) {
    const last = lines.at(-1)!;
    end = last.offset + last.length + 1;
  }
  return end;
};

/** Makes creations, renames and removals durable. */
export const syncDirectory = async (directory: string): Promise<void> => {
  await using handle = await open(directory, 'r');
  await handle.sync();
};
