import type { CanonicalEvent } from '../event/schema.ts';
import type { StoredFrame } from '../journal/journal.ts';
import type { LineRef, StoredBatch } from '../sdk/index.ts';

const NEWLINE_BYTES = 1;

/** Joins journal frames to one batch; the index is decoded only when somebody looks. */
export const batchOfFrames = (frames: readonly StoredFrame[], cut?: string): StoredBatch =>
  createBatch(
    frames.length === 1 ? frames[0]!.lines : Buffer.concat(frames.map(({ lines }) => lines)),
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
