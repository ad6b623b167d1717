import type { StoredBatch } from '../sdk/index.ts';
import {
  exportOnce,
  sortAnswers,
  type AttemptParts,
  type Refused,
  type SortedAnswers,
  type Trouble,
} from './attempt.ts';
import type { Backoff } from './backoff.ts';
import type { BatchLimit } from './batch-limit.ts';
import type { Breaker } from './breaker.ts';
import { bury, type BuryParts, type Corpse } from './bury.ts';
import { selectFrom } from './frames-batch.ts';
import { isolate, type Attempt } from './isolate.ts';
import { wait } from './wait.ts';

export interface DeliveryParts extends AttemptParts, BuryParts {
  readonly backoff: Backoff;
  readonly breaker: Breaker;
  readonly limit: BatchLimit;
  /** The wait after an answer that says that nothing will be taken for now. */
  readonly stoppedDelayMs: number;
  readonly report: (report: AttemptReport) => void;
}

/** What an attempt showed, for health and counts. `trouble` is undefined once the store takes events again. */
export interface AttemptReport {
  /** Calls to the exporter that this tells of; 0 if absent. */
  readonly attempts?: number;
  readonly stored: number;
  readonly dead: number;
  readonly trouble?: Trouble | undefined;
}

/**
 * Sees every event of a batch stored or dead-lettered, however long it takes; the cursor may move when it resolves.
 * Rejects with the signal's reason when it is stopped before.
 */
export const deliverBatch = async (parts: DeliveryParts, batch: StoredBatch, signal: AbortSignal): Promise<void> => {
  const { backoff, breaker, limit, report } = parts;
  let attempts = 0;
  let buried = 0;

  const buryAll = (dead: readonly Corpse[]): Promise<void> =>
    bury(parts, batch, dead, { attempts, signal, onTrouble: (trouble) => report({ stored: 0, dead: 0, trouble }) });

  /** Sends as many of `pending` as may go at once, and tells what became of those. */
  const send = async (
    pending: readonly number[],
  ): Promise<{ readonly sent: number; readonly answers: SortedAnswers }> => {
    const pass = await breaker.enter(signal);
    const positions = pending.slice(0, Math.min(limit.maxEvents(), pass.maxEvents));
    attempts++;
    const answers = sortAnswers(positions, await exportOnce(parts, selectFrom(batch, positions), attempts, signal));
    pass.settle(answers.retry.length < positions.length);
    if (answers.isTooMuch) limit.shrink(positions.length);
    else if (answers.retry.length === 0) limit.grow(positions.length);
    if (answers.dead.length > 0) await buryAll(answers.dead);
    buried += answers.dead.length;
    report({ attempts: 1, stored: answers.stored, dead: answers.dead.length, trouble: answers.trouble });
    return { sent: positions.length, answers };
  };

  const attempt = async (positions: readonly number[]): Promise<Attempt> => {
    const buriedBefore = buried;
    let pending = positions;
    for (;;) {
      signal.throwIfAborted();
      const { sent, answers } = await send(pending);
      const { retry, suspects, refusal, trouble } = answers;
      if (suspects.length > 0 && refusal !== undefined) {
        if (suspects.length === positions.length) return { refused: true, ...refusal };
        await bisect(suspects, refusal);
      }
      pending = [...retry, ...pending.slice(sent)];
      if (retry.length < sent) backoff.reset();
      if (pending.length === 0) return { refused: false, explains: buried > buriedBefore };
      if (retry.length === 0) continue;
      // An open breaker does the waiting itself.
      const isOpen = breaker.state() !== 'closed';
      const backoffMs = isOpen ? answers.delayMs : backoff.next(answers.delayMs);
      await wait(parts.clock, trouble?.state === 'failed' ? parts.stoppedDelayMs : backoffMs, signal);
    }
  };
  const bisect = async (positions: readonly number[], refusal: Refused): Promise<void> => {
    const poison = await isolate(positions, { refused: true, ...refusal }, attempt);
    if (poison.length > 0) await buryAll(poison);
    buried += poison.length;
    report({ stored: 0, dead: poison.length });
  };
  const all = Array.from({ length: batch.count }, (_, i) => i);
  const first = await attempt(all);
  if (first.refused) await bisect(all, first);
};
