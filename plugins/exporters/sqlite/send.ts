import { forAll, stored, type Exporter, type ExportOutcome, type StoredBatch } from '../../../src/sdk/index.ts';
import { openChannel } from './channel.ts';
import type { Failure, WriteAnswer } from './write.ts';

/** Hands batches to the writing thread; nothing here waits for the disk on the main one. */
export const createSqliteExporter = (path: string): Exporter => {
  const channel = openChannel({ role: 'write', path });
  return {
    start: async () => {
      const failure = await channel.ask<Failure | undefined>({ op: 'open' });
      if (failure !== undefined) throw new Error(failure.reason);
    },
    export: async (batch, signal) => {
      // The journal's buffer is read by other exporters too: the one copy, which is then moved to the thread.
      const lines = new Uint8Array(batch.lines);
      const answer = channel.ask<WriteAnswer>({ op: 'write', lines }, [lines.buffer]);
      return outcomesOf(batch, await unlessAborted(answer, signal));
    },
    stop: () => channel.close(),
  };
};

const unlessAborted = <T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    // The thread goes on, and what it writes is absorbed when it is sent again.
    const abort = (): void => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

const outcomesOf = (batch: StoredBatch, answer: WriteAnswer | undefined): readonly ExportOutcome[] => {
  if (answer === undefined) return forAll(batch, { status: 'retry', reason: 'the disk did not answer in time' });
  if (!answer.stored) {
    const { class: status, reason } = answer.failure;
    return forAll(batch, { status, reason });
  }
  const outcomes = forAll(batch, stored);
  for (const { position, code, message } of answer.dead) outcomes[position] = { status: 'dead', code, message };
  return outcomes;
};
