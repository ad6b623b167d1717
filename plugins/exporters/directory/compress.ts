import { constants, gzip, zstdCompress } from 'node:zlib';
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
