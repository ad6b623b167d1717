// Bounded inflating: what comes out is counted while it comes out, so that a bomb is stopped, not survived.
import { constants, createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Account } from './account.ts';
import type { Problem } from './problem.ts';

export type Compression = 'gzip' | 'zstd';

export interface InflateLimits {
  readonly maxBytes: number;
  /** Output bytes for each input byte, once there is more than 1 MiB of output. */
  readonly maxRatio?: number;
}

const DEFAULT_MAX_RATIO = 100;
const RATIO_FREE_BYTES = 1024 ** 2;
/** Inputs up to here are inflated at once: a stream and its trip to the thread pool cost more than the work. */
const AT_ONCE_INPUT_BYTES = 32 * 1024;
/** What inflating at once may put out: some milliseconds of the event loop at most. */
const AT_ONCE_OUTPUT_BYTES = 256 * 1024;
const AT_ONCE_CHUNK_BYTES = 8 * 1024;
// RFC 9659: a window of zstd as a content coding is 8 MB at most; the decoder allocates what the frame names.
const ZSTD_PARAMS = { [constants.ZSTD_d_windowLogMax]: 23 };
const OUTPUT_CHUNK_BYTES = 64 * 1024;

const tooLarge = (maxBytes: number): Problem => ({
  status: 413,
  code: 'BODY_TOO_LARGE',
  title: 'The body is too large',
  detail: `At most ${maxBytes} bytes are taken after decompression.`,
});
const ratioTooHigh = (maxRatio: number): Problem => ({
  status: 413,
  code: 'BODY_RATIO',
  title: 'The body is compressed beyond what is taken',
  detail: `At most ${maxRatio} bytes may come out of one.`,
});
const corrupt = (compression: Compression): Problem => ({
  status: 400,
  code: 'BODY_CORRUPT',
  title: 'The body cannot be decompressed',
  detail: `The ${compression} stream is corrupt, cut off, or followed by something else; a zstd body is one frame.`,
});

/** Inflates `input` within the limits; every byte of output is taken from the account first or in the same step. */
export const inflate = async (
  input: Buffer,
  compression: Compression,
  limits: InflateLimits,
  account: Account,
): Promise<Buffer | Problem> => {
  if (input.length > AT_ONCE_INPUT_BYTES) return inflateStream(input, compression, limits, account);
  const output = inflateAtOnce(input, compression, Math.min(limits.maxBytes, AT_ONCE_OUTPUT_BYTES));
  if (output === 'too large') {
    return limits.maxBytes <= AT_ONCE_OUTPUT_BYTES
      ? tooLarge(limits.maxBytes)
      : inflateStream(input, compression, limits, account);
  }
  if (output === 'corrupt') return corrupt(compression);
  return account.take(output.length) ?? output;
};

/** The result of the `info` option, which the type declarations do not know. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const inflateAtOnce = (input: Buffer, compression: Compression, maxOutputLength: number) => {
  try {
    const options = { maxOutputLength, info: true, chunkSize: AT_ONCE_CHUNK_BYTES };
    const result: unknown =
      compression === 'gzip'
        ? gunzipSync(input, options)
        : zstdDecompressSync(input, { ...options, params: ZSTD_PARAMS });
    const { buffer, engine } = result as Inflated;
    // Node stops after the first zstd frame and says nothing about what follows: it has to have read all.
    return engine.bytesWritten === input.length ? buffer : 'corrupt';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'corrupt';
  }
};

const createInflater = (compression: Compression) =>
  compression === 'gzip'
    ? createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES })
    : createZstdDecompress({ chunkSize: OUTPUT_CHUNK_BYTES, params: ZSTD_PARAMS });

const inflateStream = (
  input: Buffer,
  compression: Compression,
  { maxBytes, maxRatio = DEFAULT_MAX_RATIO }: InflateLimits,
  account: Account,
): Promise<Buffer | Problem> =>
  new Promise((resolve) => {
    const inflater = createInflater(compression);
    const chunks: Buffer[] = [];
    let total = 0;
    const finish = (result: Buffer | Problem) => {
      inflater.destroy();
      resolve(result);
    };
    const check = (bytes: number): Problem | undefined => {
      total += bytes;
      if (total > maxBytes) return tooLarge(maxBytes);
      if (total > RATIO_FREE_BYTES && total > input.length * maxRatio) return ratioTooHigh(maxRatio);
      return account.take(bytes);
    };
    inflater.on('data', (chunk: Buffer) => {
      const problem = check(chunk.length);
      if (problem !== undefined) return finish(problem);
      chunks.push(chunk);
    });
    inflater.on('end', () =>
      finish(inflater.bytesWritten === input.length ? Buffer.concat(chunks, total) : corrupt(compression)),
    );
    inflater.on('error', () => finish(corrupt(compression)));
    inflater.end(input);
  });
