import { lastValueFrom, of } from 'rxjs';
import { JournalError, type Journal } from '../journal/journal.ts';
import { EventBatch } from '../sdk/index.ts';
import type { BatchItem, BatchOrigin, Log, Outcome, Processor } from '../sdk/index.ts';
import { counted } from './counted.ts';
import type { Counters } from './counters.ts';
import type { RecentIds } from './recent-ids.ts';
import { sealBatch, type BufferPool } from './seal-batch.ts';
import { traced } from './traced.ts';
import type { BatchTrace } from './tracing.ts';

/** A processor of the configuration, in its place. */
export interface PipelineStep {
  readonly id: string;
  readonly processor: Processor;
}

export interface PipelineParts {
  readonly name: string;
  readonly steps: readonly PipelineStep[];
  readonly journal: Journal;
  readonly pool: BufferPool;
  readonly recent: RecentIds;
  readonly counters: Counters;
  readonly log: Log;
}

/** Slot to outcome, for every item of the batch. */
export type Settled = ReadonlyMap<number, Outcome>;

export interface Pipeline {
  readonly name: string;
  /** Runs the steps over one batch and makes what is left durable. Each slot settles once; never rejects. */
  run(origin: BatchOrigin, items: readonly BatchItem[], trace?: BatchTrace): Promise<Settled>;
}

const RETRY_AFTER_MS = 1000;
const retry = (reason: string): Outcome => ({ status: 'retry', afterMs: RETRY_AFTER_MS, reason });

export const createPipeline = (parts: PipelineParts): Pipeline => {
  const steps = parts.steps.map(({ id, processor }) => ({ id, operator: counted(id, processor, parts.counters) }));
  const process = async (batch: EventBatch, trace?: BatchTrace): Promise<EventBatch | undefined> =>
    lastValueFrom(
      steps.reduce(
        (batches, { id, operator }) => batches.pipe(trace === undefined ? operator : traced(id, operator, trace)),
        of(batch),
      ),
      { defaultValue: undefined },
    );
  return {
    name: parts.name,
    run: async (origin, items, trace) => {
      const batch = new EventBatch(origin, items);
      const settled = new Map<number, Outcome>();
      try {
        const processed = await process(batch, trace);
        for (const [slot, outcome] of (processed ?? batch).settled) settled.set(slot, outcome);
        if (processed !== undefined && processed.items.length > 0)
          await persist(parts, processed.items, settled, trace);
        for (const { slot } of items)
          if (!settled.has(slot)) settled.set(slot, { status: 'filtered', reason: 'pipeline' });
      } catch (error) {
        const reason = refusalOf(error, parts);
        for (const { slot } of items) if (settled.get(slot)?.status !== 'rejected') settled.set(slot, retry(reason));
      }
      return settled;
    },
  };
};

/** Seals, appends, and settles what is durable. A slot that a verdict refused in part stays refused. */
const persist = async (
  { name, journal, pool, recent }: PipelineParts,
  items: readonly BatchItem[],
  settled: Map<number, Outcome>,
  trace?: BatchTrace,
): Promise<void> => {
  const { frame, buffer } = sealBatch(name, items, pool);
  const end = trace?.begin('append', name);
  try {
    await journal.append(frame);
  } finally {
    end?.();
    pool.give(buffer);
  }
  for (const item of items) {
    if (settled.has(item.slot)) continue;
    settled.set(item.slot, acceptance(item, recent));
  }
};

const acceptance = ({ event }: BatchItem, recent: RecentIds): Outcome => {
  const { tenantId, eventId, correlation, integrity } = event!;
  const { correlationId } = correlation;
  if (integrity.fingerprint === undefined) return { status: 'accepted', eventId, correlationId };
  const status = recent.has(tenantId, eventId) ? 'duplicate' : 'accepted';
  recent.add(tenantId, eventId);
  return { status, eventId, correlationId };
};

const refusalOf = (error: unknown, { name, log }: PipelineParts): string => {
  if (error instanceof JournalError) return error.reason;
  log.error('a processor failed: its batch is refused, and the sender asked to send again', {
    pipeline: name,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  return 'processor_failed';
};
