import type { Clock } from '../event/time.ts';
import type { JournalCursor } from '../journal/journal.ts';
import { createBufferPool } from '../sdk/buffer-pool.ts';
import type { BatchDefaults, ComponentState, Exporter, ExportOutcome, Log, StoredBatch } from '../sdk/index.ts';
import { exportOnce } from './attempt.ts';
import { createBackoff, type BackoffLimits } from './backoff.ts';
import { createBatchLimit } from './batch-limit.ts';
import { createBreaker, type BreakerLimits, type BreakerState } from './breaker.ts';
import type { DeadLetters } from './dead-letters.ts';
import { deliverBatch, type AttemptReport } from './deliver-batch.ts';
import { borrowBatch } from './frames-batch.ts';
import { createGatherer } from './gather.ts';
import { createInFlight } from './in-flight.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { createPermits } from './permits.ts';
import { wait } from './wait.ts';

export interface DeliveryOptions {
  /** The exporter's component id. */
  readonly id: string;
  readonly exporter: Exporter;
  readonly cursor: JournalCursor;
  readonly deadLetters: Pick<DeadLetters, 'write'>;
  readonly batch: BatchDefaults;
  /** Batch boundaries are journaled before the first attempt. Such an exporter has one batch in flight, whatever `batch` says. */
  readonly cuts: boolean;
  readonly retry: BackoffLimits;
  readonly breaker: BreakerLimits;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics?: DeliveryMetrics | undefined;
}

export interface DeliveryStatus {
  readonly state: ComponentState;
  readonly reason?: string;
  readonly breaker: BreakerState;
  readonly stored: number;
  readonly dead: number;
  readonly attempts: number;
  /** Attempts of which something must be tried again. */
  readonly retries: number;
}

/** What runs around one exporter: it reads its cursor, forms batches, sees each through, and moves the cursor. */
export interface Delivery {
  start(): void;
  status(): DeliveryStatus;
  /** One attempt beside the cursor, for dead letters that are tried again: no waiting, no bisecting. */
  tryOnce(batch: StoredBatch, signal: AbortSignal): Promise<readonly ExportOutcome[]>;
  /** Sends what is journaled without waiting for more; resolves when all is delivered or the signal aborts, and then stops. */
  stop(signal: AbortSignal): Promise<void>;
}

export const createDelivery = (options: DeliveryOptions): Delivery => {
  const { id, exporter, cursor, log, clock } = options;
  const stopping = new AbortController();
  const draining = new AbortController();
  // A cut goes out whole or not at all: what is made of a part of it would not be made again after a crash.
  const probe = options.cuts ? { probeEvents: Number.POSITIVE_INFINITY } : {};
  const breaker = createBreaker({ ...options.breaker, ...probe }, clock);
  const limit = createBatchLimit();
  const concurrency = options.cuts ? 1 : (options.batch.concurrency ?? 1);
  const permits = createPermits(concurrency);
  const buffers = createBufferPool(options.batch.maxBytes * (concurrency + 1));
  const counts = { stored: 0, dead: 0, attempts: 0, retries: 0 };
  let state: ComponentState = 'starting';
  let reason: string | undefined;
  let isStarted = false;
  let running: Promise<void> | undefined;

  const report = ({ attempts = 0, stored, dead, trouble }: AttemptReport): void => {
    counts.stored += stored;
    counts.dead += dead;
    counts.attempts += attempts;
    if (trouble !== undefined) counts.retries += attempts;
    if (trouble !== undefined && (state === 'ok' || state === 'starting'))
      log.warn('a store does not take events', { exporter: id, reason: trouble.reason });
    if (trouble === undefined && state !== 'ok') log.info('a store takes events', { exporter: id });
    state = trouble?.state ?? 'ok';
    reason = trouble?.reason;
  };

  const run = async (): Promise<void> => {
    await startExporter(options, report, stopping.signal);
    isStarted = true;
    const gather = createGatherer(options, AbortSignal.any([draining.signal, stopping.signal]));
    const parts = { ...options, breaker, limit, permits, stoppedDelayMs: options.retry.maxMs, report };
    const inFlight = createInFlight(concurrency);
    while (!stopping.signal.aborted) {
      await inFlight.room();
      const group = await gather();
      if (group === undefined) break;
      inFlight.add(async () => {
        const backoff = createBackoff(options.retry, options.random);
        const { batch, release } = borrowBatch(group.frames, buffers, group.cut?.key);
        await deliverBatch({ ...parts, backoff }, batch, stopping.signal);
        release();
        cursor.acknowledge(group.frames.map(({ sequence }) => sequence));
      });
    }
    await inFlight.done();
  };

  return {
    start: () => {
      running = run().catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        state = 'failed';
        reason = error instanceof Error ? error.message : String(error);
        log.error('delivery stopped; its events stay in the journal', { exporter: id, error: reason });
      });
    },
    status: () => ({ state, ...(reason === undefined ? {} : { reason }), breaker: breaker.state(), ...counts }),
    tryOnce: async (batch, signal) => {
      if (isStarted && state !== 'stopped') {
        return exportOnce({ ...options, permits }, batch, 1, AbortSignal.any([signal, stopping.signal]));
      }
      const outcome: ExportOutcome = { status: 'retry', reason: reason ?? `the exporter is ${state}` };
      return Array.from({ length: batch.count }, () => outcome);
    },
    stop: async (signal) => {
      draining.abort();
      const abort = (): void => stopping.abort();
      // A store that was never reached holds up nobody's stop when nothing waits for it.
      if (signal.aborted || (!isStarted && cursor.pendingFrames() === 0)) abort();
      signal.addEventListener('abort', abort, { once: true });
      await running;
      signal.removeEventListener('abort', abort);
      stopping.abort();
      state = 'stopped';
      // Whoever tries dead letters again now is let finish.
      await permits.idle();
      await exporter.stop();
    },
  };
};

const startExporter = async (
  { exporter, clock, retry, random }: DeliveryOptions,
  report: (report: AttemptReport) => void,
  signal: AbortSignal,
): Promise<void> => {
  const backoff = createBackoff(retry, random);
  for (;;) {
    signal.throwIfAborted();
    try {
      await exporter.start?.();
      return report({ stored: 0, dead: 0 });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      report({ stored: 0, dead: 0, trouble: { state: 'retrying', reason } });
      await wait(clock, backoff.next(), signal);
    }
  }
};
