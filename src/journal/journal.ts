// The durable boundary: what the pipelines append, what the exporters read, each at its own pace.
import type { LineRef } from '../sdk/index.ts';
import type { AuditRecord } from './format/records.ts';

/** A batch of sealed events of one pipeline: NDJSON, and one index entry a line. */
export interface EventFrame {
  readonly pipeline: string;
  readonly lines: Uint8Array;
  readonly index: readonly LineRef[];
}

/** An event frame as read back; `index` is decoded at the first use. Its memory is used again once it is acknowledged. */
export interface StoredFrame extends EventFrame {
  /** Position in the journal; grows by one a frame of any type, across segments and restarts. */
  readonly sequence: number;
  readonly count: number;
}

/** A batch boundary that was made durable before its first export (STORAGE.md 3). */
export interface Cut {
  readonly key: string;
  /** Sequences of the event frames, in order. */
  readonly sequences: readonly number[];
}

export interface CursorOptions {
  /** Where a cursor that the journal does not know yet starts. */
  readonly from: 'end' | 'earliest';
  /** The exporter reads the frames of these pipelines; others count as acknowledged. Absent: those it read last. */
  readonly pipelines?: ReadonlySet<string>;
}

/** One exporter's place: a low-water mark and the acknowledged sequences above it. */
export interface JournalCursor {
  /** Cuts that were journaled and not yet acknowledged, oldest first; known after open. Their frames come again from `read`. */
  readonly openCuts: readonly Cut[];
  /**
   * The next frames in order, at least one and about `maxBytes`; waits until there is one. Streams from disk: only
   * what is handed out is in memory. The signal ends only the waiting: frames that are there come all the same, and
   * where there are none, an aborted `read` resolves empty.
   */
  read(maxBytes: number, signal: AbortSignal): Promise<readonly StoredFrame[]>;
  /** Makes a batch boundary durable; resolves after the fsync. */
  cut(sequences: readonly number[]): Promise<Cut>;
  /** Every event of these frames is stored or dead-lettered. Journaled with the next group, within a second at the latest. */
  acknowledge(sequences: readonly number[]): void;
  /** The oldest frame that is not acknowledged: its events' `receivedAt` in ms since 1970. Undefined when caught up. */
  oldestPendingMs(): number | undefined;
  /** Event frames appended and not yet acknowledged. */
  pendingFrames(): number;
}

export interface Journal {
  /**
   * Appends frames as one unit of a group commit: one write and one fdatasync for all that wait. Resolves when they
   * are durable; rejects with `JournalError` when they are not (disk full, fsync failed, closing).
   * The bytes may be reused after it has resolved.
   */
  append(frame: EventFrame): Promise<void>;
  /** Writes audit records, as `append` does; called in the same turn as an append they become durable with it. */
  audit(records: readonly AuditRecord[]): Promise<void>;
  /** Opens the place of exporter `id`. Call for every exporter before `prune`. */
  cursor(id: string, options: CursorOptions): JournalCursor;
  /** Exporter ids that have a place in the journal and a backlog, with the number of pending frames. */
  backlogs(): ReadonlyMap<string, number>;
  /** Forgets an exporter that the configuration abandoned, and closes its cursor if it has one. */
  abandon(id: string): Promise<void>;
  /** Bytes on disk. */
  bytes(): number;
  /** True while there is room for intake (budget and free space). */
  hasRoom(): boolean;
  /** Writes what waits (acknowledgements included), fsyncs, closes. */
  close(): Promise<void>;
}

/** Why an append is not durable. `reason` decides the sender's answer. */
export class JournalError extends Error {
  readonly reason: 'disk_full' | 'poisoned' | 'closing' | 'too_large';
  constructor(reason: JournalError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.reason = reason;
  }
}
