// For the journal's own tests: events, a clock that stands still, a log that keeps silent.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../event/time.ts';
import type { LineRef, Log } from '../sdk/index.ts';
import { openFileJournal, type FileJournalOptions } from './file-journal.ts';
import { nodeFileSystem, type FileSystem, type JournalFile } from './file-system.ts';
import type { EventFrame, Journal, JournalCursor } from './journal.ts';

const RECEIVED_SECONDS = 1_700_000_000;
export const uuidOf = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const numberOf = (eventId: string): number => Number.parseInt(eventId.slice(-12), 16);

/** A frame of the events `ids`, each a line of about `lineBytes`. */
export const frameOf = (ids: readonly number[], { pipeline = 'main', lineBytes = 40 } = {}): EventFrame => {
  const lines = ids.map((id) => `{"eventId":"${uuidOf(id)}"}`.padEnd(lineBytes, ' '));
  let offset = 0;
  const index = lines.map((line, i): LineRef => {
    const ref: LineRef = {
      eventId: uuidOf(ids[i]!),
      tenantId: `tenant-${ids[i]! % 3}`,
      category: 'business',
      timestamp: { seconds: RECEIVED_SECONDS - 60, nanos: 5 },
      receivedAt: { seconds: RECEIVED_SECONDS + ids[i]!, nanos: 0 },
      senderNamed: ids[i]! % 2 === 0,
      offset,
      length: line.length,
    };
    offset += line.length + 1;
    return ref;
  });
  return { pipeline, lines: Buffer.from(lines.map((line) => `${line}\n`).join('')), index };
};

export const receivedMsOf = (id: number): number => (RECEIVED_SECONDS + id) * 1000;

export interface ManualClock extends Clock {
  advance(ms: number): void;
}
export const createManualClock = (): ManualClock => {
  let nowMs = 0;
  const timers = new Map<() => void, number>();
  return {
    now: () => ({ seconds: RECEIVED_SECONDS, nanos: 0 }),
    monotonicMs: () => nowMs,
    schedule: (delayMs, callback) => {
      const timer = (): void => callback();
      timers.set(timer, nowMs + delayMs);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      nowMs += ms;
      for (const [timer, dueMs] of timers) {
        if (dueMs > nowMs) continue;
        timers.delete(timer);
        timer();
      }
    },
  };
};

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'journal-'));

export const openJournal = (directory: string, options: Partial<FileJournalOptions> = {}): Promise<Journal> =>
  openFileJournal({
    directory,
    maxBytes: 1 << 30,
    segmentBytes: 1 << 20,
    minFreeBytes: 0,
    clock: createManualClock(),
    log: silentLog,
    ...options,
  });

/** Reads what is there now, in frames' event numbers; acknowledges nothing. */
export const drain = async (cursor: JournalCursor): Promise<{ sequences: number[]; ids: number[] }> => {
  const sequences: number[] = [];
  const ids: number[] = [];
  for (;;) {
    const frames = await cursor.read(1 << 16, AbortSignal.abort());
    if (frames.length === 0) return { sequences, ids };
    for (const frame of frames) {
      sequences.push(frame.sequence);
      ids.push(...frame.index.map(({ eventId }) => numberOf(eventId)));
    }
  }
};

export const everything = { from: 'earliest', pipelines: new Set(['main']) } as const;

/** The real file system with some of its calls replaced. */
export const faultyFileSystem = (
  change: (file: JournalFile) => Partial<JournalFile>,
  calls: Partial<FileSystem> = {},
): FileSystem => ({
  ...nodeFileSystem,
  create: async (path) => {
    const file = await nodeFileSystem.create(path);
    return { ...file, ...change(file) };
  },
  ...calls,
});

export const errno = (code: string): Error => Object.assign(new Error(code), { code });
