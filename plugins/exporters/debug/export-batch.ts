import { forAll, stored, type ExportOutcome, type StoredBatch } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import { encode, type Verbosity } from './encode.ts';

/** Prints a batch through `write`; tests give their own. */
export const exportBatch = async (
  write: (text: string) => Promise<void>,
  verbosity: Verbosity,
  batch: StoredBatch,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  if (signal.aborted) return forAll(batch, { status: 'retry', reason: 'stopped before it was printed' });
  try {
    await write(encode(batch, verbosity));
    return forAll(batch, stored);
  } catch (error) {
    const outcome = classify(error);
    if (outcome === undefined) throw error;
    return forAll(batch, outcome);
  }
};
