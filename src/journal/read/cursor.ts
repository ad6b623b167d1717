import { decodeEventHead, decodeEventIndex, linesOf, type EventHead } from '../format/event-payload.ts';
import { FRAME_TYPES, type Frame } from '../format/frame.ts';
import type { Commit } from '../write/group-commit.ts';
import type { Cut, JournalCursor, StoredFrame } from '../journal.ts';
import type { JournalState } from '../journal-state.ts';
import type { ExporterPlace } from './place.ts';
import { segmentFrom } from '../segment.ts';
import { Walker, type WalkerOptions } from './walker.ts';
import { createWindows } from './windows.ts';

export interface FileCursorOptions {
  readonly state: JournalState;
  readonly place: ExporterPlace;
  readonly walker: Omit<WalkerOptions, 'windows'>;
  /** The place has changed. */
  readonly onAcknowledge: () => void;
  readonly writeCut: (place: ExporterPlace, sequences: readonly number[]) => Promise<Cut>;
}

interface HandedOut {
  readonly head: EventHead;
  /** What the frame lies in; used for others once it is acknowledged. */
  readonly memory: ArrayBufferLike;
}

export class FileCursor implements JournalCursor {
  readonly #options: FileCursorOptions;
  readonly #place: ExporterPlace;
  /** What is handed out and not acknowledged. */
  readonly #inFlight: Map<number, HandedOut> = new Map();
  readonly #windows = createWindows();
  /** Frames of open cuts that are still to be handed out again. */
  readonly #again: Set<number>;
  readonly #againWalker: Walker;
  readonly #walker: Walker;
  /** The last sequence that the walker came to. */
  #seen: number;
  #wake: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: FileCursorOptions) {
    const { place } = options;
    const walker = { ...options.walker, windows: this.#windows };
    this.#options = options;
    this.#place = place;
    this.#again = new Set(place.cuts.flatMap(({ sequences }) => sequences));
    this.#againWalker = new Walker(walker, place.floor() + 1);
    this.#walker = new Walker(walker, place.acks.low + 1);
    this.#seen = place.acks.low;
  }

  get openCuts(): readonly Cut[] {
    return this.#place.cuts;
  }

  async read(maxBytes: number, signal: AbortSignal): Promise<readonly StoredFrame[]> {
    if (this.#reading !== undefined) throw new RangeError('a cursor is read by one reader at a time');
    const done = Promise.withResolvers<void>();
    this.#reading = done.promise;
    try {
      return await this.#takeOrWait(maxBytes, signal);
    } finally {
      this.#reading = undefined;
      done.resolve();
    }
  }

  cut(sequences: readonly number[]): Promise<Cut> {
    const ascending = sequences.toSorted((a, b) => a - b);
    if (ascending.length === 0 || ascending.some((sequence) => !this.#inFlight.has(sequence))) {
      throw new RangeError('a cut is made of frames that were read and are not acknowledged');
    }
    return this.#options.writeCut(this.#place, ascending);
  }

  acknowledge(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      const frame = this.#inFlight.get(sequence);
      if (frame === undefined) continue;
      this.#inFlight.delete(sequence);
      this.#windows.letGo(frame.memory);
      this.#place.acknowledge(sequence, frame.head.pipeline);
    }
    this.#place.isDirty = true;
    this.#options.onAcknowledge();
  }

  oldestPendingMs(): number | undefined {
    if (this.pendingFrames() === 0) return undefined;
    const oldest = this.#place.floor() + 1;
    const segment = segmentFrom(this.#options.state.segments, oldest);
    return this.#inFlight.get(oldest)?.head.oldestReceivedMs ?? segment?.markOf(oldest)?.receivedMs;
  }

  pendingFrames(): number {
    return this.#place.pendingFrames();
  }

  /** A group has become durable. */
  onCommit(commit: Commit): void {
    if (this.#wake === undefined) return;
    if (!this.#wants(commit) && this.#walker.skip(commit)) {
      this.#place.acks.add(commit.firstSequence, commit.segment.lastSequence);
    } else {
      this.#wake();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    await this.#reading;
    await this.#againWalker.close();
    await this.#walker.close();
  }

  async #takeOrWait(maxBytes: number, signal: AbortSignal): Promise<readonly StoredFrame[]> {
    while (!this.#isClosed) {
      const frames = await this.#take(maxBytes);
      if (frames.length > 0 || signal.aborted) return frames;
      await this.#committed(signal);
    }
    return [];
  }

  #wants({ pipelines }: Commit): boolean {
    return [...pipelines].some((pipeline) => this.#place.pipelines.has(pipeline));
  }

  async #take(maxBytes: number): Promise<readonly StoredFrame[]> {
    const frames: StoredFrame[] = [];
    let bytes = 0;
    while (bytes < Math.max(1, maxBytes)) {
      const frame = await this.#next(maxBytes, frames.length > 0);
      if (frame === undefined) break;
      frames.push(frame);
      bytes += frame.lines.length;
    }
    return frames;
  }

  /** What was already taken is handed out although the disk fails behind it; the next read meets the failure again. */
  async #next(windowBytes: number, mayWait: boolean): Promise<StoredFrame | undefined> {
    try {
      return (await this.#nextAgain(windowBytes)) ?? (await this.#nextNew(windowBytes));
    } catch (error) {
      if (!mayWait) throw error;
      return undefined;
    }
  }

  async #nextAgain(windowBytes: number): Promise<StoredFrame | undefined> {
    while (this.#again.size > 0) {
      const frame = await this.#againWalker.next(windowBytes);
      if (frame === undefined) this.#forgetMissing();
      else if (this.#again.delete(frame.sequence)) return this.#handOut(frame, decodeEventHead(frame.payload));
    }
    return undefined;
  }

  /** Frames of a cut that damage took away since the start. */
  #forgetMissing(): void {
    for (const sequence of this.#again) this.#place.acknowledge(sequence, '');
    this.#again.clear();
  }

  async #nextNew(windowBytes: number): Promise<StoredFrame | undefined> {
    const { acks, pipelines } = this.#place;
    for (;;) {
      const frame = await this.#walker.next(windowBytes);
      if (frame === undefined) break;
      const { sequence } = frame;
      // A step in the sequence is where a segment was given up or damage is: nothing will ever come from there.
      if (sequence > this.#seen + 1) acks.add(this.#seen + 1, sequence - 1);
      this.#seen = Math.max(this.#seen, sequence);
      if (acks.has(sequence) || this.#inFlight.has(sequence)) continue;
      const head = frame.type === FRAME_TYPES.event ? decodeEventHead(frame.payload) : undefined;
      if (head !== undefined && pipelines.has(head.pipeline)) return this.#handOut(frame, head);
      acks.add(sequence);
    }
    if (this.#inFlight.size === 0 && this.#walker.isAtEnd) this.#place.countNothing();
    return undefined;
  }

  #handOut(frame: Frame, head: EventHead | undefined): StoredFrame | undefined {
    if (head === undefined) return undefined;
    const { buffer: memory } = frame.payload;
    this.#windows.hold(memory);
    this.#inFlight.set(frame.sequence, { head, memory });
    return new FrameOnDisk(frame, head);
  }

  /** Resolves when there may be more to read; at once if a group came in between. */
  async #committed(signal: AbortSignal): Promise<void> {
    if (!this.#walker.isAtEnd || this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal.addEventListener('abort', this.#wake, { once: true });
    await promise;
    signal.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
  }
}

class FrameOnDisk implements StoredFrame {
  readonly sequence: number;
  readonly pipeline: string;
  readonly count: number;
  readonly lines: Uint8Array;
  readonly #payload: Buffer;
  #index: StoredFrame['index'] | undefined;

  constructor({ sequence, payload }: Frame, { pipeline, count }: EventHead) {
    this.sequence = sequence;
    this.pipeline = pipeline;
    this.count = count;
    this.lines = linesOf(payload);
    this.#payload = payload;
  }

  get index(): StoredFrame['index'] {
    return (this.#index ??= decodeEventIndex(this.#payload));
  }
}
