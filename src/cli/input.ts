// A file or the standard input, for the commands that read events.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The command line is wrong. */
export class UsageError extends Error {}

/** The input cannot be read as events at all. */
export class InputError extends Error {}

export interface Input {
  /** Inflated where the input is gzip, as CloudTrail's log files are. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** 0 where it is not known. */
  readonly bytes: number;
}

/** `file`: a path, or `-` for the standard input. */
export const openInput = async (
  file: string,
  { cwd }: { readonly cwd: string },
  stdin: () => AsyncIterable<Uint8Array>,
): Promise<Input> => {
  if (file === '-') return { chunks: inflated(stdin()), bytes: 0 };
  const path = resolve(cwd, file);
  try {
    await using handle = await open(path);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new UsageError(`${file}: is a directory`);
    return { chunks: inflated(createReadStream(path)), bytes: stats.size };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
  }
};

async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const all = following(first.value, { [Symbol.asyncIterator]: () => iterator });
  if (isGzip(first.value)) yield* gunzipped(all);
  else yield* all;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* following(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // What goes wrong on either side is thrown by the stream that is read.
  const gunzip = pipeline(Readable.from(chunks), createGunzip(), () => {});
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
    throw new InputError('the input is gzip that is cut or damaged', { cause: error });
  }
}
