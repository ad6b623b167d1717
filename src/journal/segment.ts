// What is known of one segment file without reading it.
import { join } from 'node:path';
import { SEGMENT_HEADER_BYTES } from './format/segment-header.ts';

/** A place to start reading from: the frame of `sequence` starts at `offset`. */
export interface Mark {
  readonly sequence: number;
  readonly offset: number;
  readonly receivedMs: number;
}

const MARK_BYTES = 256 * 1024;
const MARK_MS = 1000;
/** So that a segment's marks stay below some 32 KiB whatever it holds. */
const MAX_MARKS = 512;

export class Segment {
  readonly path: string;
  readonly firstSequence: number;
  readonly saltSum: number;
  /** The last durable frame. */
  lastSequence: number;
  /** Where the durable frames end. */
  bytes: number = SEGMENT_HEADER_BYTES;
  /** Event frames by pipeline. */
  readonly frames: Map<string, number> = new Map();
  /** Offsets at which damage was already reported. */
  readonly damagedAt: Set<number> = new Set();
  #marks: Mark[] = [];

  constructor(directory: string, name: string, firstSequence: number, saltSum: number) {
    this.path = join(directory, name);
    this.firstSequence = firstSequence;
    this.lastSequence = firstSequence;
    this.saltSum = saltSum;
  }

  addFrame(pipeline: string, mark: Mark): void {
    this.frames.set(pipeline, (this.frames.get(pipeline) ?? 0) + 1);
    const last = this.#marks.at(-1);
    const isNear =
      last !== undefined && mark.offset - last.offset < MARK_BYTES && mark.receivedMs - last.receivedMs < MARK_MS;
    if (isNear) return;
    this.#marks.push(mark);
    if (this.#marks.length > MAX_MARKS) this.#marks = this.#marks.filter((_, i) => i % 2 === 0);
  }

  /** The last mark at or before `sequence`, else the first one there is. */
  markOf(sequence: number): Mark | undefined {
    return this.#marks.findLast((mark) => mark.sequence <= sequence) ?? this.#marks[0];
  }
}

/** The segment in which `sequence` stands, or the first one after it. */
export const segmentFrom = (segments: readonly Segment[], sequence: number): Segment | undefined =>
  segments.find(({ lastSequence }) => lastSequence >= sequence);
