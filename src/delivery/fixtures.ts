// For the tests of deliveries: a cursor over frames that is watched, and dead letters in memory.
import type { JournalCursor, StoredFrame } from '../journal/journal.ts';
import type { DeadLetter, DeadLetters } from './dead-letters.ts';

const AT = { seconds: 1_795_000_000, nanos: 0 };

/** A frame of events that are nothing but their names. */
export const frameOf = (sequence: number, names: readonly string[]): StoredFrame => {
  const lines = names.map((eventId) => Buffer.from(`${JSON.stringify({ eventId })}\n`));
  let offset = 0;
  const index = lines.map((line, i) => {
    const ref = {
      eventId: names[i]!,
      tenantId: 'acme',
      category: 'business',
      offset,
      length: line.length - 1,
    } as const;
    offset += line.length;
    return { ...ref, timestamp: AT, receivedAt: AT, senderNamed: false };
  });
  return { sequence, count: names.length, pipeline: 'main', lines: Buffer.concat(lines), index };
};

export interface WatchedCursor extends JournalCursor {
  /** In the order of the acknowledgements. */
  readonly acknowledged: readonly number[];
}

/** Gives the frames in order, a few at a time, and then waits as a journal does. */
export const watchedCursor = (
  frames: readonly StoredFrame[],
  onAcknowledge: (sequences: readonly number[]) => void = () => undefined,
): WatchedCursor => {
  const left = [...frames];
  const acknowledged: number[] = [];
  return {
    acknowledged,
    openCuts: [],
    read: async (_, signal) => {
      if (left.length > 0) return left.splice(0, 2);
      if (!signal.aborted) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      }
      return [];
    },
    cut: async (sequences) => ({ key: `cut-${sequences.join('-')}`, sequences }),
    acknowledge: (sequences) => {
      onAcknowledge(sequences);
      acknowledged.push(...sequences);
    },
    oldestPendingMs: () => undefined,
    pendingFrames: () => frames.length - acknowledged.length,
  };
};

/** Letters in memory; `fails` makes a write reject. */
export const lettersInMemory = (
  fails: () => Error | undefined = () => undefined,
): Pick<DeadLetters, 'write'> & { readonly written: readonly DeadLetter[] } => {
  const written: DeadLetter[] = [];
  return {
    written,
    write: async (letters) => {
      const failure = fails();
      if (failure !== undefined) throw failure;
      written.push(...letters);
    },
  };
};
