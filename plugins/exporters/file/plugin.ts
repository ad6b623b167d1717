import { resolve } from 'node:path';
import { definePlugin, forAll, size, stored, z } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import { createLineFile } from './send.ts';

const config = z.strictObject({
  path: z.string().min(1).default('events.ndjson').describe('The file, from the data directory or absolute.'),
  max_bytes: size().prefault('100MiB').describe('A batch that would make the file larger goes to a new one.'),
  max_files: z.int().min(1).max(1000).default(10).describe('Files that are kept, the one written to included.'),
  fsync: z.boolean().default(true).describe('Sync each batch to disk before it counts as stored.'),
});

export default definePlugin({
  kind: 'exporter',
  type: 'file',
  stability: 'beta',
  summary: 'Appends events as NDJSON to a file that rotates by size.',
  guarantee: 'at least once, same id',
  batch: { maxEvents: 10_000, maxBytes: 4 * 1024 * 1024, maxWaitMs: 100 },
  config,
  create: ({ path, max_bytes, max_files, fsync }, { dataDir }) => {
    const file = createLineFile({ path: resolve(dataDir, path), maxBytes: max_bytes, maxFiles: max_files, fsync });
    return {
      // The batch is one write of the bytes that were journaled; it is not cut into by the signal.
      export: async (batch, signal) => {
        if (signal.aborted) return forAll(batch, { status: 'retry', reason: 'stopped before it was written' });
        try {
          await file.append(batch.lines);
          return forAll(batch, stored);
        } catch (error) {
          const outcome = classify(error);
          if (outcome === undefined) throw error;
          return forAll(batch, outcome);
        }
      },
      stop: () => file.close(),
    };
  },
});
