import { constants, createGunzip, createZstdDecompress, gzip, zstdCompress } from 'node:zlib';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';

export const COMPRESSIONS = ['zstd', 'gzip', 'none'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface Compressor {
  /** What the object's name ends with. */
  readonly extension: string;
  compress(bytes: Uint8Array): Promise<Uint8Array>;
}

const ZSTD_LEVEL = 1;
const GZIP_LEVEL = 6;
const zstdBytes = promisify(zstdCompress);
const gzipBytes = promisify(gzip);

/** Off the main thread, so that 16 MiB do not hold up the intake. */
export const createCompressor = (compression: Compression, level?: number): Compressor =>
  COMPRESSORS[compression](level);

const COMPRESSORS: Readonly<Record<Compression, (level?: number) => Compressor>> = {
  zstd: (level = ZSTD_LEVEL) => ({
    extension: '.zst',
    compress: (bytes) => zstdBytes(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  }),
  gzip: (level = GZIP_LEVEL) => ({ extension: '.gz', compress: (bytes) => gzipBytes(bytes, { level }) }),
  none: () => ({ extension: '', compress: async (bytes) => bytes }),
};

/** What came out of a stored object. */
export interface Inflated {
  readonly bytes: Buffer;
  /** The stored bytes are damaged, or hold more than was asked for; `bytes` is what came before. */
  readonly isWhole: boolean;
}

/** Reads a stored object by its name's end; takes at most `mostBytes`, whatever the object would inflate to. */
export const inflateObject = async (key: string, stored: Buffer, mostBytes: number): Promise<Inflated> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of openInflated(key, stored)) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > mostBytes) return { bytes: Buffer.concat(chunks).subarray(0, mostBytes), isWhole: false };
    }
    return { bytes: Buffer.concat(chunks), isWhole: true };
  } catch {
    // Whatever zlib says of it: the caller names the object and the line.
    return { bytes: Buffer.concat(chunks), isWhole: false };
  }
};

const openInflated = (key: string, stored: Buffer): AsyncIterable<Buffer> => {
  if (key.endsWith('.zst')) return Readable.from([stored]).pipe(createZstdDecompress());
  if (key.endsWith('.gz')) return Readable.from([stored]).pipe(createGunzip());
  return Readable.from([stored]);
};
