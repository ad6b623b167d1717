// The parts of the exporter put together; loaded, with the driver, by collectors that archive to S3.
import {
  createArchiveWriter,
  createCompressor,
  loadSigner,
  writerFolder,
  type ComponentContext,
  type Exporter,
  type Log,
} from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { S3Config } from './plugin.ts';
import { createS3Store, type S3Store } from './send.ts';
import type { S3Settings } from './settings.ts';

/** Uploads under way at once. */
const CONCURRENCY = 8;
const WRITING_ATTEMPTS = 1;

export const createS3Exporter = (
  options: S3Config,
  settings: S3Settings,
  { dataDir, id, log, clock }: ComponentContext,
): Exporter => {
  const store = createS3Store({ settings, clock, attempts: WRITING_ATTEMPTS });
  const writer = createArchiveWriter({
    store,
    compressor: createCompressor(options.compression, options.level),
    classify,
    loadSigner: () => loadSigner(options.signing_key_file, dataDir),
    stateFolder: writerFolder(dataDir, id),
    concurrency: CONCURRENCY,
    log,
  });
  return {
    start: async () => {
      await store.open();
      await writer.open();
      await warnOfLifecycle(store, log);
    },
    export: (batch, signal) => writer.export(batch, signal),
    stop: async () => store.close(),
  };
};

/** Writing goes on without it: nothing is lost by what stays longer. */
const warnOfLifecycle = async ({ lifecycle }: S3Store, log: Log): Promise<void> => {
  try {
    for (const problem of (await lifecycle?.problems()) ?? []) log.warn(problem);
  } catch (error) {
    const outcome = classify(error);
    if (outcome === undefined || !('reason' in outcome)) throw error;
    log.warn("the bucket's lifecycle rules cannot be read", { reason: outcome.reason });
  }
};
