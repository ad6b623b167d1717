import { resolve } from 'node:path';
import {
  archiveShape,
  createArchiveWriter,
  createCompressor,
  definePlugin,
  isLevelKnown,
  LEVEL_FAULT,
  loadSigner,
  writerFolder,
  z,
} from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import { createDirectoryStore } from './send.ts';

/** Objects that are compressed and synced at once; each waits for the disk, not for us. */
const CONCURRENCY = 4;

const config = z
  .strictObject({
    path: z.string().min(1).default('archive').describe('The folder, from the data directory or absolute.'),
    ...archiveShape,
  })
  .refine(isLevelKnown, LEVEL_FAULT);

export default definePlugin({
  kind: 'exporter',
  type: 'directory',
  stability: 'beta',
  summary: 'Archives every event in immutable compressed objects, in a folder laid out for Athena, DuckDB and Spark.',
  guarantee: "every journaled event; a sender's re-send is a second line with the same id",
  batch: { maxEvents: 100_000, maxBytes: 16 * 1024 * 1024, maxWaitMs: 10_000 },
  cuts: true,
  config,
  create: ({ path, compression, level, signing_key_file: keyFile }, { dataDir, id, log }) => {
    const store = createDirectoryStore(resolve(dataDir, path));
    const writer = createArchiveWriter({
      store,
      compressor: createCompressor(compression, level),
      classify,
      loadSigner: () => loadSigner(keyFile, dataDir),
      stateFolder: writerFolder(dataDir, id),
      concurrency: CONCURRENCY,
      log,
    });
    return {
      start: async () => {
        await store.open();
        await writer.open();
      },
      export: (batch, signal) => writer.export(batch, signal),
      stop: async () => store.close(),
    };
  },
  archive: ({ path }, { dataDir }) => createDirectoryStore(resolve(dataDir, path)),
});
