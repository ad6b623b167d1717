import type { CanonicalEvent, Category } from '../event/schema.ts';
import type { Instant } from '../event/time.ts';

/** What the journal's index tells of one line without parsing it. */
export interface LineRef {
  readonly eventId: string;
  readonly tenantId: string;
  readonly category: Category;
  readonly timestamp: Instant;
  readonly receivedAt: Instant;
  /** The sender named the event: its id may come back with other content (`id_conflict`). */
  readonly senderNamed: boolean;
  /** Where the line starts in `lines`. */
  readonly offset: number;
  /** Bytes of the line without its newline. */
  readonly length: number;
}

/** Durable events on their way to a store. */
export interface StoredBatch {
  /**
   * NDJSON: canonical events, redacted and serialised, each followed by a newline. The memory is used again once all
   * attempts have resolved: whoever goes on reading after `export` has copied it.
   */
  readonly lines: Uint8Array;
  /** One entry a line, in order; decoded at the first use. */
  readonly index: readonly LineRef[];
  readonly count: number;
  /** The same for the same events after a crash; set where the plugin declares `cuts`. */
  readonly cut?: string;
  /** Parses line `i`, once. */
  event(i: number): CanonicalEvent;
}

export type ExportOutcome =
  | { readonly status: 'stored' }
  /** Try this event again, after `afterMs` if the store named a delay. `tooMuch`: fewer at once (a 429, a 413, a statement that timed out). */
  | { readonly status: 'retry'; readonly reason: string; readonly afterMs?: number; readonly tooMuch?: boolean }
  /** The store will never take it: to the dead letters. `message` must not hold a value of the event. */
  | { readonly status: 'dead'; readonly code: string; readonly message: string }
  /** The batch was refused as a whole and this event may be the reason: bisect. */
  | { readonly status: 'suspect'; readonly code: string; readonly message: string }
  /** Wrong schema or credentials: hold everything, be unhealthy, try again slowly. */
  | { readonly status: 'stop'; readonly reason: string };

export const stored: ExportOutcome = { status: 'stored' };
/** One outcome for every event of a batch. */
export const forAll = (batch: StoredBatch, outcome: ExportOutcome): ExportOutcome[] =>
  Array.from({ length: batch.count }, () => outcome);

/** A writer. The engine batches, retries, bisects and dead-letters by what `export` returns. */
export interface Exporter {
  /** Opens what it needs. A rejection is retried by the engine and never delays the collector's ready line. */
  start?(): Promise<void>;
  /**
   * One outcome per event, in order. Throw only for a bug. Called at most as often at once as the plugin's
   * `batch.concurrency` says: without it, not again before it has resolved.
   */
  export(batch: StoredBatch, signal: AbortSignal): Promise<readonly ExportOutcome[]>;
  /** Called once, after the last export. */
  stop(): Promise<void>;
}
