// One call to an exporter, and what its answer means for each event.
import type { Exporter, ExportOutcome, Log, StoredBatch } from '../sdk/index.ts';
import type { Clock } from '../event/time.ts';
import type { DeliveryMetrics } from './metrics.ts';
import type { Permits } from './permits.ts';

export interface AttemptParts {
  /** The exporter's component id. */
  readonly id: string;
  readonly exporter: Exporter;
  /** An exporter is called as often at once as its plugin allows, whoever calls. */
  readonly permits: Permits;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: DeliveryMetrics | undefined;
}

export interface Refused {
  readonly code: string;
  readonly message: string;
}

export interface Trouble {
  readonly state: 'retrying' | 'failed';
  readonly reason: string;
}

/** The events of an attempt by what became of them; positions are those of the whole batch. */
export interface SortedAnswers {
  readonly stored: number;
  readonly retry: readonly number[];
  readonly dead: readonly (Refused & { readonly position: number })[];
  readonly suspects: readonly number[];
  /** Of the suspects. */
  readonly refusal?: Refused;
  /** The longest delay that the store named. */
  readonly delayMs: number;
  /** It was too much at once. */
  readonly isTooMuch: boolean;
  readonly trouble?: Trouble;
}

/** Never rejects: an exporter that throws, or answers for too few events, is tried again. */
export const exportOnce = async (
  parts: AttemptParts,
  batch: StoredBatch,
  attempt: number,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  const { id, permits, clock, metrics } = parts;
  return permits.run(async () => {
    const startMs = clock.monotonicMs();
    const outcomes = await call(parts, batch, signal);
    metrics?.attempted({ exporter: id, batch, outcomes, seconds: (clock.monotonicMs() - startMs) / 1000, attempt });
    return outcomes;
  });
};

const call = async (
  { exporter, timeoutMs, id, log }: AttemptParts,
  batch: StoredBatch,
  signal: AbortSignal,
): Promise<readonly ExportOutcome[]> => {
  const all = (reason: string): ExportOutcome[] =>
    Array.from({ length: batch.count }, () => ({ status: 'retry', reason }));
  try {
    const outcomes = await exporter.export(batch, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    if (outcomes.length === batch.count) return outcomes;
    return all(`answered for ${outcomes.length} of ${batch.count} events`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error('an exporter failed; its batch is tried again', { exporter: id, error: reason });
    return all(reason);
  }
};

export const sortAnswers = (positions: readonly number[], answers: readonly ExportOutcome[]): SortedAnswers => {
  const sorted = {
    stored: 0,
    retry: [] as number[],
    dead: [] as (Refused & { position: number })[],
    suspects: [] as number[],
    delayMs: 0,
    isTooMuch: false,
  };
  let refusal: Refused | undefined;
  let trouble: Trouble | undefined;
  for (const [i, position] of positions.entries()) {
    const answer = answers[i]!;
    switch (answer.status) {
      case 'stored':
        sorted.stored++;
        break;
      case 'dead':
        sorted.dead.push({ position, code: answer.code, message: answer.message });
        break;
      case 'suspect':
        sorted.suspects.push(position);
        refusal = { code: answer.code, message: answer.message };
        break;
      case 'retry':
        sorted.retry.push(position);
        sorted.delayMs = Math.max(sorted.delayMs, answer.afterMs ?? 0);
        sorted.isTooMuch ||= answer.tooMuch ?? false;
        trouble = { state: 'retrying', reason: answer.reason };
        break;
      case 'stop':
        sorted.retry.push(position);
        trouble = { state: 'failed', reason: answer.reason };
        break;
    }
  }
  return { ...sorted, ...(refusal !== undefined && { refusal }), ...(trouble !== undefined && { trouble }) };
};
