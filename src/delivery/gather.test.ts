import { expect, test } from 'vitest';
import type { Cut, JournalCursor, StoredFrame } from '../journal/journal.ts';
import { createGatherer } from './gather.ts';

const frame = (sequence: number, count = 1, bytes = 10): StoredFrame => ({
  sequence,
  count,
  pipeline: 'p',
  lines: new Uint8Array(bytes),
  index: [],
});

/** A cursor over `chunks`; when they are out, a read waits for the signal. */
const cursorOver = (chunks: StoredFrame[][], openCuts: readonly Cut[] = []) => {
  const cuts: (readonly number[])[] = [];
  const cursor: JournalCursor = {
    openCuts,
    read: (_, signal) => {
      const next = chunks.shift();
      if (next !== undefined) return Promise.resolve(next);
      if (signal.aborted) return Promise.resolve([]);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve([]), { once: true }));
    },
    cut: async (sequences) => {
      cuts.push(sequences);
      return { key: `cut-${sequences.join('-')}`, sequences };
    },
    acknowledge: () => undefined,
    oldestPendingMs: () => undefined,
    pendingFrames: () => 0,
  };
  return { cursor, cuts };
};

const manualClock = () => {
  const due: (() => void)[] = [];
  const clock = {
    now: () => ({ seconds: 0, nanos: 0 }),
    monotonicMs: () => 0,
    schedule: (_: number, callback: () => void) => {
      due.push(callback);
      return () => void due.splice(due.indexOf(callback), 1);
    },
  };
  return { clock, due };
};

const sequences = (group: { readonly frames: readonly StoredFrame[] } | undefined) =>
  group?.frames.map(({ sequence }) => sequence);
const never = new AbortController().signal;

test('without a wait, what is there goes out at once, within the bounds of count and bytes', async () => {
  const { cursor } = cursorOver([[frame(1, 2), frame(2, 2), frame(3, 2)], [frame(4)]]);
  const batch = { maxEvents: 4, maxBytes: 1000, maxWaitMs: 0 };
  const gather = createGatherer({ cursor, batch, cuts: false, clock: manualClock().clock }, never);
  expect(sequences(await gather())).toEqual([1, 2]);
  expect(sequences(await gather())).toEqual([3]);
  expect(sequences(await gather())).toEqual([4]);
});

test('a frame larger than the bounds goes alone', async () => {
  const { cursor } = cursorOver([[frame(1, 1, 5000), frame(2)]]);
  const batch = { maxEvents: 4, maxBytes: 1000, maxWaitMs: 0 };
  const gather = createGatherer({ cursor, batch, cuts: false, clock: manualClock().clock }, never);
  expect(sequences(await gather())).toEqual([1]);
  expect(sequences(await gather())).toEqual([2]);
});

test('with a wait, it gathers until the time is over, also for frames that a full batch left', async () => {
  const { cursor } = cursorOver([[frame(1), frame(2), frame(3)]]);
  const { clock, due } = manualClock();
  const batch = { maxEvents: 2, maxBytes: 1000, maxWaitMs: 10_000 };
  const gather = createGatherer({ cursor, batch, cuts: true, clock }, never);
  const first = await gather();
  expect(sequences(first)).toEqual([1, 2]);
  expect(first!.cut!.key).toBe('cut-1-2');
  const second = gather();
  await Promise.resolve();
  expect(due).toHaveLength(1);
  due[0]!();
  expect(sequences(await second)).toEqual([3]);
});

test('a cut that a crash left open goes first, with the same frames, and is not cut again', async () => {
  const open = { key: 'open', sequences: [1, 2] };
  const { cursor, cuts } = cursorOver([[frame(1)], [frame(2), frame(3)]], [open]);
  const draining = new AbortController();
  const batch = { maxEvents: 100, maxBytes: 1000, maxWaitMs: 10_000 };
  const gather = createGatherer({ cursor, batch, cuts: true, clock: manualClock().clock }, draining.signal);
  expect(await gather()).toEqual({ frames: [frame(1), frame(2)], cut: open });
  expect(cuts).toEqual([]);
  const rest = gather();
  draining.abort();
  expect(sequences(await rest)).toEqual([3]);
  expect(cuts).toEqual([[3]]);
});

test('draining ends the wait: what is there goes out, then nothing', async () => {
  const { cursor } = cursorOver([[frame(1)], [frame(2)]]);
  const batch = { maxEvents: 100, maxBytes: 1000, maxWaitMs: 10_000 };
  const gather = createGatherer({ cursor, batch, cuts: false, clock: manualClock().clock }, AbortSignal.abort());
  expect(sequences(await gather())).toEqual([1, 2]);
  expect(await gather()).toBeUndefined();
});
