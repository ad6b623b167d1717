// A file or the standard input, for the commands that read events.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The command line is wrong. */
export class UsageError extends Error {}

/** The input cannot be read as events at all. */
export class InputError extends Error {}

export interface Input {
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
  if (file === '-') return { chunks: stdin(), bytes: 0 };
  const path = resolve(cwd, file);
  try {
    await using handle = await open(path);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw new UsageError(`${file}: is a directory`);
    return { chunks: createReadStream(path), bytes: stats.size };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
  }
};
