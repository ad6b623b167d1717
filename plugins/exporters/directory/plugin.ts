import { resolve } from 'node:path';
import { definePlugin, z } from '../../../src/sdk/index.ts';
import { COMPRESSIONS, createCompressor } from './compress.ts';
import { exportBatch } from './export-batch.ts';
import { createArchive } from './send.ts';

const GZIP_MOST = 9;

const config = z
  .strictObject({
    path: z.string().min(1).default('archive').describe('The folder, from the data directory or absolute.'),
    compression: z.enum(COMPRESSIONS).default('zstd').describe('How objects are compressed; their names end with it.'),
    level: z
      .int()
      .min(1)
      .max(19)
      .optional()
      .describe('The level of compression: zstd 1 to 19, default 1; gzip 1 to 9, default 6.'),
  })
  .refine(({ compression, level = 1 }) => compression !== 'gzip' || level <= GZIP_MOST, {
    path: ['level'],
    message: 'gzip has the levels 1 to 9',
  });

export default definePlugin({
  kind: 'exporter',
  type: 'directory',
  stability: 'beta',
  summary: 'Archives every event in immutable compressed objects, in a folder laid out for Athena, DuckDB and Spark.',
  guarantee: "every journaled event; a sender's re-send is a second line with the same id",
  batch: { maxEvents: 100_000, maxBytes: 16 * 1024 * 1024, maxWaitMs: 10_000 },
  cuts: true,
  config,
  create: ({ path, compression, level }, { dataDir }) => {
    const archive = createArchive(resolve(dataDir, path));
    const compressor = createCompressor(compression, level);
    return {
      start: () => archive.open(),
      export: (batch, signal) => exportBatch(archive, compressor, batch, signal),
      stop: async () => {},
    };
  },
});
