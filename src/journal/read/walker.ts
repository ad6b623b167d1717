// Walks the durable frames in order, across segments, streaming each from its file.
import type { DamageListener } from '../open/damage.ts';
import type { Frame } from '../format/frame.ts';
import type { FileSystem } from '../file-system.ts';
import type { Commit } from '../write/group-commit.ts';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.ts';
import { SegmentReader } from './segment-reader.ts';
import { segmentFrom, type Segment } from '../segment.ts';
import type { Windows } from './windows.ts';

const MIN_WINDOW_BYTES = 16 * 1024;
const MAX_WINDOW_BYTES = 1 * 1024 * 1024;

export interface WalkerOptions {
  readonly fs: FileSystem;
  readonly segments: readonly Segment[];
  readonly onDamage: DamageListener;
  readonly windows: Windows;
}

export class Walker {
  readonly #options: WalkerOptions;
  /** Where to begin when there is no segment yet. */
  readonly #start: number;
  #segment: Segment | undefined;
  #reader: SegmentReader | undefined;

  constructor(options: WalkerOptions, startSequence: number) {
    this.#options = options;
    this.#start = startSequence;
  }

  /** The next frame of any type; undefined at the durable end. `windowBytes` is how much may be read at a time. */
  async next(windowBytes: number): Promise<Frame | undefined> {
    for (;;) {
      const reader = await this.#readerWithMore();
      if (reader === undefined) return undefined;
      reader.windowBytes = Math.min(Math.max(windowBytes, MIN_WINDOW_BYTES), MAX_WINDOW_BYTES);
      const step = await this.#step(reader);
      const damage = step.kind === 'frame' ? step.damage : step.torn;
      if (damage !== undefined) this.#report(damage.from, damage.to);
      if (step.kind === 'frame') return step.frame;
      reader.scan.offset = this.#segment!.bytes;
    }
  }

  get isAtEnd(): boolean {
    const { segments } = this.#options;
    if (this.#segment === undefined) return segmentFrom(segments, this.#start) === undefined;
    const last = segments.at(-1)!;
    return this.#segment === last && this.#reader!.scan.offset >= last.bytes;
  }

  /** Steps over a group that nobody here wants, if it stands right before it. */
  skip({ segment, from }: Commit): boolean {
    if (this.#segment !== segment || this.#reader!.scan.offset !== from) return false;
    this.#reader!.scan.offset = segment.bytes;
    this.#reader!.scan.sequence = segment.lastSequence;
    return true;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async #readerWithMore(): Promise<SegmentReader | undefined> {
    const { segments } = this.#options;
    for (;;) {
      if (this.#segment !== undefined && this.#reader!.scan.offset < this.#segment.bytes) {
        this.#reader!.scan.end = this.#segment.bytes;
        return this.#reader;
      }
      const after = this.#segment?.firstSequence;
      const next =
        after === undefined
          ? segmentFrom(segments, this.#start)
          : segments.find(({ firstSequence }) => firstSequence > after);
      if (next === undefined) return undefined;
      await this.#enter(next);
    }
  }

  async #enter(segment: Segment): Promise<void> {
    await this.#reader?.close();
    const mark = segment.markOf(this.#start);
    const isAhead = mark !== undefined && mark.sequence <= this.#start;
    this.#segment = segment;
    this.#reader = new SegmentReader(
      this.#options,
      segment.path,
      {
        saltSum: segment.saltSum,
        offset: isAhead ? mark.offset : SEGMENT_HEADER_BYTES,
        sequence: isAhead ? mark.sequence - 1 : segment.firstSequence - 1,
        end: segment.bytes,
        before: Number.POSITIVE_INFINITY,
      },
      MIN_WINDOW_BYTES,
    );
  }

  /** A file that somebody deleted reads as damage: the exporter goes on behind it. */
  async #step(reader: SegmentReader): ReturnType<SegmentReader['next']> {
    try {
      return await reader.next();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return { kind: 'end', torn: { from: reader.scan.offset, to: this.#segment!.bytes } };
    }
  }

  #report(from: number, to: number): void {
    const segment = this.#segment!;
    if (segment.damagedAt.has(from)) return;
    segment.damagedAt.add(from);
    this.#options.onDamage({ kind: 'quarantined', file: segment.path, from, to });
  }
}
