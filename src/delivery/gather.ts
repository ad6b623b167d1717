import type { Clock } from '../event/time.ts';
import type { Cut, JournalCursor, StoredFrame } from '../journal/journal.ts';
import type { BatchDefaults } from '../sdk/index.ts';

/** Frames that are exported together. */
export interface Group {
  readonly frames: readonly StoredFrame[];
  readonly cut?: Cut;
}

export interface GatherOptions {
  readonly cursor: JournalCursor;
  readonly batch: BatchDefaults;
  readonly cuts: boolean;
  readonly clock: Clock;
}

/** Gives the next group: a cut that a crash left open first, then by count, bytes and time. Undefined: drained, or stopped. */
export type Gatherer = () => Promise<Group | undefined>;

/** When `draining` aborts, what is there is given without waiting for more. */
export const createGatherer = (options: GatherOptions, draining: AbortSignal): Gatherer => {
  const { cursor, cuts } = options;
  const openCuts = [...cursor.openCuts];
  let held: readonly StoredFrame[] = [];

  const take = async (): Promise<readonly StoredFrame[]> => {
    const frames = await collect(options, held, draining);
    const end = endOfGroup(frames, options.batch);
    held = frames.slice(end);
    return frames.slice(0, end);
  };

  const takeCut = async ({ sequences }: Cut): Promise<readonly StoredFrame[]> => {
    const last = sequences.at(-1) ?? 0;
    const frames = [...held];
    while ((frames.at(-1)?.sequence ?? -1) < last) {
      const more = await cursor.read(options.batch.maxBytes, draining);
      if (more.length === 0) break;
      frames.push(...more);
    }
    // Frames that damage took away do not come again; the rest of the cut is exported all the same.
    const within = frames.filter(({ sequence }) => sequence <= last).length;
    held = frames.slice(within);
    return frames.slice(0, within);
  };

  return async () => {
    for (let open = openCuts.shift(); open !== undefined; open = openCuts.shift()) {
      const frames = await takeCut(open);
      if (frames.length > 0) return { frames, cut: open };
    }
    const frames = await take();
    if (frames.length === 0) return undefined;
    return cuts ? { frames, cut: await cursor.cut(frames.map(({ sequence }) => sequence)) } : { frames };
  };
};

/** Reads until the bounds are reached, or the first frame has waited for `maxWaitMs`. */
const collect = async (
  { cursor, batch, clock }: GatherOptions,
  held: readonly StoredFrame[],
  draining: AbortSignal,
): Promise<readonly StoredFrame[]> => {
  const frames = [...held];
  const waited = new AbortController();
  const enough = AbortSignal.any([draining, waited.signal]);
  let cancel: (() => void) | undefined;
  while (!isFull(frames, batch)) {
    if (frames.length > 0) {
      if (batch.maxWaitMs === 0) break;
      cancel ??= clock.schedule(batch.maxWaitMs, () => waited.abort());
    }
    const more = await cursor.read(batch.maxBytes - bytesOf(frames), enough);
    if (more.length === 0) break;
    frames.push(...more);
  }
  cancel?.();
  return frames;
};

const bytesOf = (frames: readonly StoredFrame[]): number => frames.reduce((sum, { lines }) => sum + lines.length, 0);
const eventsOf = (frames: readonly StoredFrame[]): number => frames.reduce((sum, { count }) => sum + count, 0);
const isFull = (frames: readonly StoredFrame[], { maxBytes, maxEvents }: BatchDefaults): boolean =>
  bytesOf(frames) >= maxBytes || eventsOf(frames) >= maxEvents;

/** Whole frames only, at least one. */
const endOfGroup = (frames: readonly StoredFrame[], { maxBytes, maxEvents }: BatchDefaults): number => {
  let events = 0;
  let bytes = 0;
  const over = frames.findIndex(({ count, lines }, i) => {
    events += count;
    bytes += lines.length;
    return i > 0 && (events > maxEvents || bytes > maxBytes);
  });
  return over < 0 ? frames.length : over;
};
