import type { CanonicalEvent } from '../event/schema.ts';
import type { RawEvent } from '../event/raw-event.ts';
import type { Instant } from '../event/time.ts';
import type { Dropped, Outcome, Rejected, Verdict } from './outcome.ts';
import { pass, rejectAll } from './outcome.ts';
import { map, type OperatorFunction } from './rx.ts';

/** One slot of a receiver's input: an event, or what its decoding already decided. */
export type RawSlot = RawEvent | Dropped | Rejected;

/** What a receiver emits: one slot for each event as sent, in order. */
export interface RawBatch {
  /** Taken by `emit`: the array is empty afterwards, so that nobody holds the events while they become durable. */
  readonly slots: RawSlot[];
}

/** An event on its way: raw until `normalize`, canonical after it. */
export interface BatchItem {
  /** The input slot that it answers for. */
  readonly slot: number;
  readonly raw: RawEvent;
  event?: CanonicalEvent | undefined;
  /** Made of what the slot's event told, by `derive`: the slot answers for its own event alone. */
  readonly derived?: true;
}

/** Whose batch it is, and when it came. */
export interface BatchOrigin {
  readonly tenant: string;
  /** The receiver's component id. */
  readonly receiver: string;
  readonly pipeline: string;
  readonly receivedAt: Instant;
  /** The name of who sent it, where the receiver tells. */
  readonly principal?: string | undefined;
}

/**
 * The unit that flows through a pipeline. Each input slot settles exactly once: by a verdict, or by the engine when
 * its event is durable. The events belong to this batch alone; a processor may change them in place.
 */
export class EventBatch {
  readonly origin: BatchOrigin;
  /** What still flows; settled events have left. */
  items: readonly BatchItem[];
  readonly #settled: Map<number, Outcome> = new Map();
  readonly #withdrawn: Outcome[] = [];
  readonly #sizes: Map<number, number> = new Map();

  constructor(origin: BatchOrigin, items: readonly BatchItem[]) {
    this.origin = origin;
    this.items = items;
  }

  /** The outcomes of the slots that verdicts have settled. */
  get settled(): ReadonlyMap<number, Outcome> {
    return this.#settled;
  }

  /** What verdicts said of derived events, for which no slot answers: so that none goes unseen. */
  get withdrawn(): readonly Outcome[] {
    return this.#withdrawn;
  }

  /** Takes the item at `position` of `items` as several; its slot answers for the worst of them. */
  split(position: number, events: readonly CanonicalEvent[]): void {
    const item = this.items[position];
    if (item === undefined || events.length === 0) throw new RangeError(`split: no item at ${position}, or no events`);
    this.#sizes.set(item.slot, (this.#sizes.get(item.slot) ?? 1) + events.length - 1);
    const parts = events.map((event) => ({ slot: item.slot, raw: item.raw, event }));
    this.items = this.items.toSpliced(position, 1, ...parts);
  }

  /**
   * Adds events that the item at `position` gave rise to, e.g. an alarm. They go through the rest of the pipeline and
   * are journaled with it; what becomes of them is not told to the sender, who never sent them.
   */
  derive(position: number, events: readonly CanonicalEvent[]): void {
    const item = this.items[position];
    if (item === undefined) throw new RangeError(`derive: no item at ${position}`);
    const { source, receivedAt } = item.raw;
    const raw: RawEvent = { content: NOTHING, source, receivedAt, rawSize: 0 };
    const derived = events.map((event): BatchItem => ({ slot: item.slot, raw, event, derived: true }));
    this.items = this.items.toSpliced(position + 1, 0, ...derived);
  }

  /** Asks `decide` about every item and settles those that do not pass; one that was derived just leaves. */
  apply(decide: (item: BatchItem) => Verdict): void {
    let kept: BatchItem[] | undefined;
    for (let i = 0; i < this.items.length; i++) {
      const item = this.items[i]!;
      const verdict = decide(item);
      if (verdict.verdict === 'pass') {
        kept?.push(item);
        continue;
      }
      kept ??= this.items.slice(0, i);
      if (item.derived === true) this.#withdrawn.push(outcomeOf(verdict));
      else this.settle(item.slot, verdict);
    }
    if (kept !== undefined) this.items = kept;
  }

  /** Rejection wins over filtering where a slot was split. */
  settle(slot: number, verdict: Dropped | Rejected): void {
    const before = this.#settled.get(slot);
    if (before?.status === 'rejected') return;
    this.#settled.set(slot, outcomeOf(verdict));
  }
}

const NOTHING: RawEvent['content'] = Object.freeze({});

const outcomeOf = (verdict: Dropped | Rejected): Outcome =>
  verdict.verdict === 'drop'
    ? { status: 'filtered', reason: verdict.reason }
    : { status: 'rejected', errors: verdict.errors };

/** A processor: RxJS over batches. Most are `eachEvent(...)`. */
export type Processor = OperatorFunction<EventBatch, EventBatch>;

const each = (decide: (item: BatchItem, origin: BatchOrigin) => Verdict): Processor =>
  map((batch) => {
    const { origin } = batch;
    batch.apply((item) => decide(item, origin));
    return batch;
  });

/** Lifts a decision about one canonical event to a processor; for processors that stand after `normalize`. */
export const eachEvent = (decide: (event: CanonicalEvent, origin: BatchOrigin, raw: RawEvent) => Verdict): Processor =>
  each((item, origin) => decide(item.event!, origin, item.raw));

/** Lifts a decision about one raw event; for processors that stand before `normalize`. */
export const eachRaw = (decide: (raw: RawEvent, origin: BatchOrigin) => Verdict): Processor =>
  each((item, origin) => decide(item.raw, origin));

/** Lifts the step from raw to canonical; one processor of a pipeline does this. */
export const eachToCanonical = (
  convert: (raw: RawEvent, origin: BatchOrigin) => CanonicalEvent | Rejected,
): Processor =>
  each((item, origin) => {
    const result = convert(item.raw, origin);
    if ('verdict' in result) return rejectAll((result as Rejected).errors);
    item.event = result;
    return pass;
  });
