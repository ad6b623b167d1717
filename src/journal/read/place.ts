// One exporter's place in the journal, whether it is configured now or not.
import type { AckSet } from './ack-set.ts';
import type { Cut } from '../journal.ts';
import { toRanges, type CursorRecord, type CutRecord } from '../format/records.ts';

/** More than this is not journaled: what is left out comes again after a crash, and the store absorbs it. */
const MAX_RANGES = 1024;

interface Snapshot {
  readonly floor: number;
  readonly cuts: readonly Cut[];
}

export class ExporterPlace {
  readonly id: string;
  readonly acks: AckSet;
  pipelines: ReadonlySet<string>;
  /** A cursor reads from it now. */
  isOpen = false;
  /** Something here is not journaled yet. */
  isDirty = false;
  #cuts: readonly Cut[] = [];
  /** For every open cut, its sequences that are still to be acknowledged. */
  readonly #waiting: Map<string, Set<number>> = new Map();
  readonly #pending: Map<string, number>;
  #journaled: Snapshot;
  #flushing: Snapshot | undefined;

  constructor(
    id: string,
    acks: AckSet,
    pipelines: ReadonlySet<string>,
    pending: ReadonlyMap<string, number> = new Map(),
    cuts: readonly Cut[] = [],
  ) {
    this.id = id;
    this.acks = acks;
    this.pipelines = pipelines;
    this.#pending = new Map(pending);
    for (const cut of cuts) this.addCut(cut);
    this.#journaled = this.#snapshot();
  }

  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  /** A cut's sequences ascend, and there is at least one. */
  addCut(cut: Cut): void {
    this.#cuts = [...this.#cuts, cut];
    this.#waiting.set(cut.key, new Set(cut.sequences));
  }

  /** Event frames of its pipelines that are appended and not acknowledged. */
  pendingFrames(): number {
    let sum = 0;
    for (const pipeline of this.pipelines) sum += this.#pending.get(pipeline) ?? 0;
    return sum;
  }

  countAppended(pipeline: string): void {
    if (this.pipelines.has(pipeline)) this.#pending.set(pipeline, (this.#pending.get(pipeline) ?? 0) + 1);
  }

  /** Nothing is left to read or to acknowledge: what is still counted was lost to damage. */
  countNothing(): void {
    this.#pending.clear();
  }

  acknowledge(sequence: number, pipeline: string): void {
    this.#closeCuts(sequence);
    if (this.acks.has(sequence)) return;
    this.acks.add(sequence);
    this.#pending.set(pipeline, Math.max(0, (this.#pending.get(pipeline) ?? 0) - 1));
  }

  /** Everything up to here is settled, and no cut that is open needs it again. */
  floor(): number {
    return this.#cuts.reduce((floor, { sequences }) => Math.min(floor, sequences[0]! - 1), this.acks.low);
  }

  /** The floor of which the journal knows. */
  journaledFloor(): number {
    return this.isDirty || this.#flushing !== undefined ? this.#journaled.floor : this.floor();
  }

  /** Cuts that would be open again after a crash now. */
  journaledCuts(): readonly Cut[] {
    return this.isDirty || this.#flushing !== undefined ? [...this.#journaled.cuts, ...this.#cuts] : this.#cuts;
  }

  record(): CursorRecord {
    const ranges = this.acks.ranges.slice(0, MAX_RANGES).map(([from, to]): [number, number] => [from, to]);
    return { exporter: this.id, low: this.acks.low, ranges, pipelines: [...this.pipelines] };
  }

  cutRecords(): CutRecord[] {
    return this.#cuts.map(({ key, sequences }) => ({ exporter: this.id, key, ranges: toRanges(sequences) }));
  }

  /** What is written now is being journaled; changes from here on are dirty again. */
  beginFlush(): void {
    this.#flushing = this.#snapshot();
    this.isDirty = false;
  }

  endFlush(isDurable: boolean): void {
    if (isDurable && this.#flushing !== undefined) this.#journaled = this.#flushing;
    if (!isDurable) this.isDirty = true;
    this.#flushing = undefined;
  }

  #snapshot(): Snapshot {
    return { floor: this.floor(), cuts: this.#cuts };
  }

  #closeCuts(sequence: number): void {
    for (const { key } of this.#cuts) {
      const waiting = this.#waiting.get(key);
      if (waiting?.delete(sequence) !== true || waiting.size > 0) continue;
      this.#waiting.delete(key);
      this.#cuts = this.#cuts.filter((cut) => cut.key !== key);
    }
  }
}
