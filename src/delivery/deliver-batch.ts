import type { Exporter, ExportOutcome, Log, StoredBatch } from '../sdk/index.ts';
import type { Clock } from '../event/time.ts';
import type { Backoff } from './backoff.ts';
import type { DeadLetters } from './dead-letters.ts';
import { selectFrom } from './frames-batch.ts';
import { isolate, type Attempt } from './isolate.ts';
import { wait } from './wait.ts';

export interface DeliveryParts {
  /** The exporter's component id. */
  readonly id: string;
  readonly exporter: Exporter;
  readonly deadLetters: DeadLetters;
  readonly backoff: Backoff;
  /** The wait after an answer that says that nothing will be taken for now. */
  readonly stoppedDelayMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: (report: AttemptReport) => void;
}

/** What an attempt showed, for health and counts. `trouble` is undefined once the store takes events again. */
export interface AttemptReport {
  readonly stored: number;
  readonly dead: number;
  readonly trouble?: { readonly state: 'retrying' | 'failed'; readonly reason: string } | undefined;
}

interface Refused {
  readonly code: string;
  readonly message: string;
}

/**
 * Sees every event of a batch stored or dead-lettered, however long it takes; the cursor may move when it resolves.
 * Rejects with the signal's reason when it is stopped before.
 */
export const deliverBatch = async (parts: DeliveryParts, batch: StoredBatch, signal: AbortSignal): Promise<void> => {
  let attempts = 0;
  const attempt = async (positions: readonly number[]): Promise<Attempt> => {
    let pending = positions;
    for (;;) {
      signal.throwIfAborted();
      attempts++;
      const answers = await exportOnce(parts, selectFrom(batch, pending), signal);
      const { retry, dead, suspects, refusal, delayMs, trouble } = sort(pending, answers);
      if (dead.length > 0) await bury(parts, batch, dead, attempts);
      const storedCount = pending.length - retry.length - dead.length - suspects.length;
      parts.report({ stored: storedCount, dead: dead.length, trouble });
      if (suspects.length > 0 && refusal !== undefined) {
        if (retry.length === 0 && suspects.length === positions.length) return { refused: true, ...refusal };
        await bisect(suspects, refusal);
      }
      if (retry.length === 0) {
        parts.backoff.reset();
        return { refused: false };
      }
      pending = retry;
      const delay = trouble?.state === 'failed' ? parts.stoppedDelayMs : parts.backoff.next(delayMs);
      await wait(parts.clock, delay, signal);
    }
  };
  const bisect = async (positions: readonly number[], refusal: Refused): Promise<void> => {
    const poison = await isolate(positions, { refused: true, ...refusal }, attempt);
    await bury(parts, batch, poison, attempts);
    parts.report({ stored: 0, dead: poison.length });
  };
  const all = Array.from({ length: batch.count }, (_, i) => i);
  const first = await attempt(all);
  if (first.refused) await bisect(all, first);
};

const exportOnce = async (
  { exporter, timeoutMs, id, log }: DeliveryParts,
  batch: StoredBatch,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  const all = (outcome: ExportOutcome): ExportOutcome[] => Array.from({ length: batch.count }, () => outcome);
  try {
    const outcomes = await exporter.export(batch, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (outcomes.length === batch.count) return outcomes;
    return all({ status: 'retry', reason: `answered for ${outcomes.length} of ${batch.count} events` });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error('an exporter failed; its batch is tried again', { exporter: id, error: reason });
    return all({ status: 'retry', reason });
  }
};

interface Sorted {
  readonly retry: number[];
  readonly dead: (Refused & { readonly position: number })[];
  readonly suspects: number[];
  refusal?: Refused;
  delayMs?: number;
  trouble?: { readonly state: 'retrying' | 'failed'; readonly reason: string };
}

const sort = (positions: readonly number[], answers: readonly ExportOutcome[]): Sorted => {
  const sorted: Sorted = { retry: [], dead: [], suspects: [] };
  for (const [i, position] of positions.entries()) {
    const answer = answers[i]!;
    if (answer.status === 'stored') continue;
    if (answer.status === 'dead') sorted.dead.push({ position, code: answer.code, message: answer.message });
    else if (answer.status === 'suspect') {
      sorted.suspects.push(position);
      sorted.refusal = { code: answer.code, message: answer.message };
    } else {
      sorted.retry.push(position);
      if (answer.status === 'retry') sorted.delayMs = Math.max(sorted.delayMs ?? 0, answer.afterMs ?? 0);
      sorted.trouble = { state: answer.status === 'stop' ? 'failed' : 'retrying', reason: answer.reason };
    }
  }
  return sorted;
};

const bury = async (
  { deadLetters, id, log }: DeliveryParts,
  batch: StoredBatch,
  dead: readonly (Refused & { readonly position: number })[],
  attempts: number,
): Promise<void> => {
  const text = Buffer.from(batch.lines.buffer, batch.lines.byteOffset, batch.lines.byteLength);
  const letters = dead.map(({ position, code, message }) => {
    const { offset, length, tenantId, eventId } = batch.index[position]!;
    const line = text.toString('utf8', offset, offset + length);
    return { stage: 'exporter', code, message, component: id, tenant: tenantId, eventId, attempts, line } as const;
  });
  await deadLetters.write(letters);
  for (const { code, eventId, tenant } of letters) log.warn('dead letter', { exporter: id, code, eventId, tenant });
};
