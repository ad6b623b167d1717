import { uuidv7 } from '../event/ids.ts';
import type { Journal } from '../journal/journal.ts';
import type {
  Authenticator,
  BatchItem,
  Busy,
  Intake,
  Lease,
  Outcome,
  RawBatch,
  RawSlot,
  RefusedInput,
} from '../sdk/index.ts';
import type { Clock } from '../event/time.ts';
import type { Budget } from './budget.ts';
import { cloneContent } from './clone-content.ts';
import type { Counters } from './counters.ts';
import type { Pipeline, Settled } from './pipeline.ts';
import type { BatchTrace, PipelineTracing } from './tracing.ts';

export interface IntakeParts {
  /** The receiver's component id. */
  readonly receiver: string;
  readonly pipelines: readonly Pipeline[];
  readonly authenticator: Authenticator;
  readonly budget: Budget;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly tracing?: PipelineTracing | undefined;
  /** The time from a decoded batch to its outcomes. */
  readonly onAnswered?: ((seconds: number) => void) | undefined;
  readonly knows: (tenant: string) => boolean;
  /** Resolves when all are durable. */
  readonly bury: (refused: readonly RefusedInput[]) => Promise<void>;
}

export interface ReceiverIntake extends Intake {
  /** Refuses every further reservation. */
  close(): void;
}

const DISK_RETRY_AFTER_MS = 5000;
const STOPPING_RETRY_AFTER_MS = 1000;

/** What stands between one receiver and its pipelines: who may send, how much at once, and what became of it. */
export const createIntake = (parts: IntakeParts): ReceiverIntake => {
  const { budget, journal } = parts;
  let open = true;

  const refusal = (): Busy | undefined => {
    if (!open) return { busy: 'stopping', afterMs: STOPPING_RETRY_AFTER_MS };
    if (!journal.hasRoom()) return { busy: 'disk', afterMs: DISK_RETRY_AFTER_MS };
    return undefined;
  };

  return {
    now: () => parts.clock.now(),
    knows: parts.knows,
    deadLetter: async (refused) => {
      await parts.bury(refused);
      parts.counters.add(parts.receiver, 'dead', refused.length);
    },
    authenticate: (credential) => parts.authenticator.authenticate(credential, 'ingest'),
    close: () => {
      open = false;
    },
    reserve: (tenant, bytes, principal) => {
      const busy = refusal() ?? budget.take(tenant, bytes);
      if (busy === undefined) return createLease(parts, { tenant, principal }, bytes);
      parts.counters.add(parts.receiver, `busy:${busy.busy}`, 1);
      return busy;
    },
  };
};

/** Whose batches these are. */
interface Sender {
  readonly tenant: string;
  readonly principal: string | undefined;
}

const createLease = (parts: IntakeParts, sender: Sender, reserved: number): Lease => {
  const { tenant } = sender;
  let held = reserved;
  const release = (): void => {
    parts.budget.give(tenant, held);
    held = 0;
  };
  return {
    tenant,
    grow: (bytes) => {
      const busy = parts.budget.take(tenant, bytes);
      if (busy === undefined) held += bytes;
      return busy;
    },
    release,
    emit: async (batch) => {
      const startedMs = parts.clock.monotonicMs();
      try {
        return await emit(parts, sender, batch);
      } finally {
        release();
        parts.onAnswered?.((parts.clock.monotonicMs() - startedMs) / 1000);
      }
    },
  };
};

const emit = async (parts: IntakeParts, sender: Sender, { slots }: RawBatch): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  const items = takeItems(slots, outcomes);
  if (items.length > 0) {
    for (const settled of await runTraced(parts, sender, items)) join(outcomes, settled);
  }
  count(parts, sender.tenant, outcomes);
  return outcomes;
};

/** Empties the slots, and the pipelines empty the items: what was sent is garbage before anything waits for a disk. */
const takeItems = (slots: RawSlot[], outcomes: Outcome[]): BatchItem[] => {
  const items: BatchItem[] = [];
  for (let slot = 0; slot < slots.length; slot++) {
    const content = slots[slot]!;
    const decided = decidedAtDecode(content);
    if (decided !== undefined) outcomes[slot] = decided;
    // `event` is there from the start: added later it would cost each item a second object.
    else items.push({ slot, raw: withId(content as BatchItem['raw']), event: undefined });
  }
  slots.length = 0;
  return items;
};

const join = (outcomes: Outcome[], settled: Settled): void => {
  for (let slot = 0; slot < settled.length; slot++) {
    const outcome = settled[slot];
    if (outcome !== undefined) outcomes[slot] = worst(outcomes[slot], outcome);
  }
};

const decidedAtDecode = (slot: RawSlot): Outcome | undefined => {
  if (!('verdict' in slot)) return undefined;
  return slot.verdict === 'drop'
    ? { status: 'filtered', reason: slot.reason }
    : { status: 'rejected', errors: slot.errors };
};

/** An event that nobody named gets its id here, once, so that all its pipelines store the same one. */
const withId = (raw: BatchItem['raw']): BatchItem['raw'] =>
  raw.eventId === undefined && raw.identity === undefined ? { ...raw, eventId: uuidv7(raw.receivedAt) } : raw;

const runTraced = (parts: IntakeParts, sender: Sender, items: BatchItem[]): Promise<readonly Settled[]> => {
  const trace = parts.tracing?.receive(parts.receiver, sender.tenant, items);
  if (trace === undefined) return runAll(parts, sender, items);
  return trace.run(() => runAll(parts, sender, items, trace)).finally(() => trace.end());
};

const runAll = (
  parts: IntakeParts,
  { tenant, principal }: Sender,
  items: BatchItem[],
  trace?: BatchTrace,
): Promise<readonly Settled[]> => {
  const receivedAt = items[0]!.raw.receivedAt;
  // All copies first: a pipeline changes what it is given at once.
  const own = parts.pipelines.map((_, i) => (i === 0 ? items : items.map(copied)));
  return Promise.all(
    parts.pipelines.map((pipeline, i) => {
      const origin = { tenant, receiver: parts.receiver, pipeline: pipeline.name, receivedAt, principal };
      return pipeline.run(origin, own[i]!, trace);
    }),
  );
};

const copied = ({ slot, raw }: BatchItem): BatchItem => ({
  slot,
  raw: { ...raw, content: cloneContent(raw.content) },
  event: undefined,
});

const RANK: Readonly<Record<Outcome['status'], number>> = {
  filtered: 0,
  duplicate: 1,
  accepted: 2,
  rejected: 3,
  retry: 4,
};
const worst = (a: Outcome | undefined, b: Outcome): Outcome =>
  a !== undefined && RANK[a.status] >= RANK[b.status] ? a : b;

const count = ({ counters, receiver }: IntakeParts, tenant: string, outcomes: readonly Outcome[]): void => {
  const totals: Record<string, number> = {};
  for (const { status } of outcomes) totals[status] = (totals[status] ?? 0) + 1;
  for (const [status, total] of Object.entries(totals)) counters.add(receiver, status, total, tenant);
};
