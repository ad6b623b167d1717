import type { Clock } from '../event/time.ts';
import type { JournalCursor } from '../journal/journal.ts';
import type { BatchDefaults, ComponentState, Exporter, Log } from '../sdk/index.ts';
import { createBackoff, type Backoff, type BackoffLimits } from './backoff.ts';
import type { DeadLetters } from './dead-letters.ts';
import { deliverBatch, type AttemptReport } from './deliver-batch.ts';
import { batchOfFrames } from './frames-batch.ts';
import { createGatherer } from './gather.ts';
import { wait } from './wait.ts';

export interface DeliveryOptions {
  /** The exporter's component id. */
  readonly id: string;
  readonly exporter: Exporter;
  readonly cursor: JournalCursor;
  readonly deadLetters: DeadLetters;
  readonly batch: BatchDefaults;
  /** Batch boundaries are journaled before the first attempt. */
  readonly cuts: boolean;
  readonly retry: BackoffLimits;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export interface DeliveryStatus {
  readonly state: ComponentState;
  readonly reason?: string;
  readonly stored: number;
  readonly dead: number;
}

/** What runs around one exporter: it reads its cursor, forms batches, sees each through, and moves the cursor. */
export interface Delivery {
  start(): void;
  status(): DeliveryStatus;
  /** Sends what is journaled without waiting for more; resolves when all is delivered or the signal aborts, and then stops. */
  stop(signal: AbortSignal): Promise<void>;
}

export const createDelivery = (options: DeliveryOptions): Delivery => {
  const { id, exporter, cursor, log, clock } = options;
  const stopping = new AbortController();
  const draining = new AbortController();
  const backoff = createBackoff(options.retry, options.random);
  const status = { state: 'starting' as ComponentState, reason: undefined as string | undefined, stored: 0, dead: 0 };
  let running: Promise<void> | undefined;

  const report = ({ stored, dead, trouble }: AttemptReport): void => {
    status.stored += stored;
    status.dead += dead;
    if (trouble !== undefined && status.state === 'ok')
      log.warn('a store does not take events', { exporter: id, reason: trouble.reason });
    if (trouble === undefined && status.state !== 'ok') log.info('a store takes events', { exporter: id });
    status.state = trouble?.state ?? 'ok';
    status.reason = trouble?.reason;
  };

  const run = async (): Promise<void> => {
    await startExporter(options, backoff, report, stopping.signal);
    const gather = createGatherer(options, AbortSignal.any([draining.signal, stopping.signal]));
    const parts = { ...options, backoff, stoppedDelayMs: options.retry.maxMs, report };
    while (!stopping.signal.aborted) {
      const group = await gather();
      if (group === undefined) break;
      await deliverBatch(parts, batchOfFrames(group.frames, group.cut?.key), stopping.signal);
      cursor.acknowledge(group.frames.map(({ sequence }) => sequence));
    }
  };

  return {
    start: () => {
      running = run().catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        status.state = 'failed';
        status.reason = error instanceof Error ? error.message : String(error);
        log.error('delivery stopped; its events stay in the journal', { exporter: id, error: status.reason });
      });
    },
    status: () => ({
      state: status.state,
      ...(status.reason === undefined ? {} : { reason: status.reason }),
      stored: status.stored,
      dead: status.dead,
    }),
    stop: async (signal) => {
      draining.abort();
      const abort = (): void => stopping.abort();
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      await running;
      signal.removeEventListener('abort', abort);
      stopping.abort();
      status.state = 'stopped';
      await exporter.stop();
    },
  };
};

const startExporter = async (
  { exporter, clock }: DeliveryOptions,
  backoff: Backoff,
  report: (report: AttemptReport) => void,
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    try {
      await exporter.start?.();
      report({ stored: 0, dead: 0 });
      return backoff.reset();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      report({ stored: 0, dead: 0, trouble: { state: 'retrying', reason } });
      await wait(clock, backoff.next(), signal);
    }
  }
};
