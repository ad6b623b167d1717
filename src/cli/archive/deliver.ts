// Sees a batch into a store without a journal behind it: what is refused stays in the archive and is told.
import { createBackoff } from '../../delivery/backoff.ts';
import { selectFrom } from '../../delivery/frames-batch.ts';
import { isolate, type Attempt } from '../../delivery/isolate.ts';
import { wait } from '../../delivery/wait.ts';
import type { Clock } from '../../event/time.ts';
import type { Exporter, StoredBatch } from '../../sdk/index.ts';

export interface Refusal {
  readonly eventId: string;
  readonly code: string;
  readonly message: string;
}

export interface DeliverOptions {
  readonly exporter: Exporter;
  readonly timeoutMs: number;
  readonly retry: { readonly initialMs: number; readonly maxMs: number };
  readonly clock: Clock;
  readonly random: () => number;
  /** The store does not take events now; asked again after a while. */
  readonly onTrouble: (reason: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves with what the store will never take; all the rest is stored. Rejects when the signal aborts. */
export const deliver = async (options: DeliverOptions, batch: StoredBatch): Promise<readonly Refusal[]> => {
  const { exporter, clock, signal, timeoutMs } = options;
  const backoff = createBackoff(options.retry, options.random);
  const refused: Refusal[] = [];
  const refuse = (position: number, code: string, message: string): void =>
    void refused.push({ eventId: batch.index[position]!.eventId, code, message });

  const attempt = async (positions: readonly number[]): Promise<Attempt> => {
    let pending = positions;
    for (;;) {
      signal.throwIfAborted();
      const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const outcomes = await exporter.export(selectFrom(batch, pending), within);
      const again: number[] = [];
      const suspects: number[] = [];
      let refusal: { readonly code: string; readonly message: string } | undefined;
      let delayMs = 0;
      for (const [i, position] of pending.entries()) {
        const outcome = outcomes[i] ?? { status: 'retry', reason: 'not answered' };
        if (outcome.status === 'dead') refuse(position, outcome.code, outcome.message);
        if (outcome.status === 'suspect') {
          suspects.push(position);
          refusal = outcome;
        }
        if (outcome.status !== 'retry' && outcome.status !== 'stop') continue;
        if (again.length === 0) options.onTrouble(outcome.reason);
        again.push(position);
        delayMs = Math.max(delayMs, outcome.status === 'retry' ? (outcome.afterMs ?? 0) : options.retry.maxMs);
      }
      if (refusal !== undefined) {
        const { code, message } = refusal;
        if (suspects.length === positions.length) return { refused: true, code, message };
        await bisect(suspects, { refused: true, code, message });
      }
      if (again.length === 0) return { refused: false };
      pending = again;
      await wait(clock, backoff.next(delayMs), signal);
    }
  };
  const bisect = async (positions: readonly number[], refusal: Attempt & { refused: true }): Promise<void> => {
    for (const { position, code, message } of await isolate(positions, refusal, attempt)) {
      refuse(position, code, message);
    }
  };
  const all = Array.from({ length: batch.count }, (_, i) => i);
  const first = await attempt(all);
  if (first.refused) await bisect(all, first);
  return refused;
};
