import type { CanonicalEvent } from '../event/schema.ts';
import type { StoredFrame } from '../journal/journal.ts';
import type { BufferPool } from '../sdk/buffer-pool.ts';
import type { LineRef, StoredBatch } from '../sdk/index.ts';

const NEWLINE_BYTES = 1;

/** Joins journal frames to one batch; the index is decoded only when somebody looks. */
export const batchOfFrames = (frames: readonly StoredFrame[], cut?: string): StoredBatch =>
  frames.length === 1
    ? batchOver(frames, frames[0]!.lines, cut)
    : batchOver(frames, Buffer.concat(frames.map(({ lines }) => lines)), cut);

/** The same in borrowed memory: `release` when the batch is seen through, and nobody reads it any more. */
export const borrowBatch = (
  frames: readonly StoredFrame[],
  pool: BufferPool,
  cut?: string,
): { readonly batch: StoredBatch; readonly release: () => void } => {
  if (frames.length === 1) return { batch: batchOfFrames(frames, cut), release: () => {} };
  const memory = pool.take(frames.reduce((sum, { lines }) => sum + lines.length, 0));
  let end = 0;
  for (const { lines } of frames) {
    memory.set(lines, end);
    end += lines.length;
  }
  return { batch: batchOver(frames, memory.subarray(0, end), cut), release: () => pool.give(memory) };
};

const batchOver = (frames: readonly StoredFrame[], lines: Uint8Array, cut: string | undefined): StoredBatch =>
  createBatch(
    lines,
    frames.reduce((sum, { count }) => sum + count, 0),
    () => joinedIndex(frames),
    cut,
  );

const joinedIndex = (frames: readonly StoredFrame[]): readonly LineRef[] => {
  if (frames.length === 1) return frames[0]!.index;
  const joined: LineRef[] = [];
  let base = 0;
  for (const { index, lines } of frames) {
    for (const ref of index) joined.push({ ...ref, offset: ref.offset + base });
    base += lines.length;
  }
  return joined;
};

/** Some of a batch's events, by position, as a batch of their own. */
export const selectFrom = (batch: StoredBatch, positions: readonly number[]): StoredBatch => {
  if (positions.length === batch.count) return batch;
  const refs = positions.map((position) => batch.index[position]!);
  const lines = Buffer.concat(
    refs.map(({ offset, length }) => batch.lines.subarray(offset, offset + length + NEWLINE_BYTES)),
  );
  let offset = 0;
  const index = refs.map((ref) => {
    const moved = { ...ref, offset };
    offset += ref.length + NEWLINE_BYTES;
    return moved;
  });
  return createBatch(lines, positions.length, () => index, batch.cut);
};

const createBatch = (
  lines: Uint8Array,
  count: number,
  decodeIndex: () => readonly LineRef[],
  cut: string | undefined,
): StoredBatch => {
  let index: readonly LineRef[] | undefined;
  const events: CanonicalEvent[] = [];
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  return {
    lines,
    count,
    ...(cut === undefined ? {} : { cut }),
    get index() {
      return (index ??= decodeIndex());
    },
    event(i) {
      const { offset, length } = this.index[i]!;
      return (events[i] ??= JSON.parse(text.toString('utf8', offset, offset + length)) as CanonicalEvent);
    },
  };
};
