import { forAll, stored, type ExportOutcome, type StoredBatch } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { Compressor } from './compress.ts';
import { encode, type ArchiveObject } from './encode.ts';
import type { Archive } from './send.ts';

/** Objects that are compressed and synced at once; each waits for the disk, not for us. */
const CONCURRENT = 4;

const STOPPED: ExportOutcome = { status: 'retry', reason: 'stopped before it was written' };
const TENANT_REFUSED: ExportOutcome = {
  status: 'dead',
  code: 'ARCHIVE_TENANT',
  message: "the tenant's id cannot name a folder",
};

/** Writes a batch's objects; each event has the outcome of the object that holds it. */
export const exportBatch = async (
  archive: Archive,
  compressor: Compressor,
  batch: StoredBatch,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  const { objects, refused } = encode(batch);
  const outcomes = forAll(batch, STOPPED);
  for (const position of refused) outcomes[position] = TENANT_REFUSED;
  const queue = objects.values();
  const work = async (): Promise<void> => {
    for (const object of queue) {
      if (signal.aborted) return;
      const outcome = await put(archive, compressor, object);
      for (const position of object.positions) outcomes[position] = outcome;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, work));
  return outcomes;
};

const put = async (
  archive: Archive,
  { compress, extension }: Compressor,
  { key, lines }: ArchiveObject,
): Promise<ExportOutcome> => {
  try {
    await archive.put(key + extension, await compress(lines));
    return stored;
  } catch (error) {
    const outcome = classify(error);
    if (outcome === undefined) throw error;
    return outcome;
  }
};
