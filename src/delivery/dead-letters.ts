import { mkdir } from 'node:fs/promises';
import { createUuidv7 } from '../event/ids.ts';
import { formatInstant, type Clock } from '../event/time.ts';
import type { DeadLetter as StoredDeadLetter, DeadLetterFilter, Log } from '../sdk/index.ts';
import type { OpenLetter } from './dead-letters/open-letters.ts';
import { readDeadLetters, readEvents, selectLetters } from './dead-letters/read.ts';
import { encodeAttempt, encodeLetter, encodeResolution, type Resolution } from './dead-letters/record.ts';
import { openSegmentLog } from './dead-letters/segment-log.ts';
import { removeDrafts, tidy } from './dead-letters/tidy.ts';

/** What a store will never take, kept whole, already redacted; or what a receiver refused of a source that would lose it. */
export type DeadLetter = Omit<StoredDeadLetter, 'id' | 'at'>;

/** The dead letters of one data directory; one process at a time writes them (the journal's lock). */
export interface DeadLetters {
  /** Resolves when all are on disk; only then may a cursor move past their events. Rejects with `DeadLetterError`. */
  write(letters: readonly DeadLetter[]): Promise<void>;
  /** Open letters, newest first. */
  list(filter: DeadLetterFilter, limit?: number): Promise<readonly StoredDeadLetter[]>;
  get(id: string): Promise<StoredDeadLetter | undefined>;
  /** Which letters are open, oldest first, without their events: many of them fit in memory. */
  select(filter: DeadLetterFilter): Promise<readonly OpenLetter[]>;
  /** With their events, in the same order. */
  read(letters: readonly OpenLetter[]): Promise<readonly StoredDeadLetter[]>;
  /** They are done with; durable when it resolves. */
  resolve(ids: readonly string[], how: Resolution): Promise<void>;
  /** They were tried again, and refused for this. */
  attempted(letters: readonly RefusedAgain[]): Promise<void>;
  /** On disk. */
  bytes(): number;
  close(): Promise<void>;
}

export interface RefusedAgain {
  readonly id: string;
  /** All so far. */
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
}

/** Why a letter is not on disk. Its event has not moved on: the delivery waits. */
export class DeadLetterError extends Error {
  readonly code: 'DEAD_LETTERS_FULL' | 'DEAD_LETTERS_WRITE';
  constructor(code: DeadLetterError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeadLetterError';
    this.code = code;
  }
}

export interface DeadLettersOptions {
  readonly directory: string;
  /** The budget of all files together. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

const DIRECTORY_MODE = 0o700;
const LARGEST_SEGMENT_BYTES = 16 * 1024 * 1024;
/** A full budget holds files enough for one to be freed. */
const MIN_SEGMENTS = 4;

/** Opens the files of `directory`, cuts off what a crash tore, and leaves out what is resolved. */
export const openDeadLetters = async (options: DeadLettersOptions): Promise<DeadLetters> => {
  const { directory, maxBytes, log, clock } = options;
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  await removeDrafts(directory);
  const files = await openSegmentLog(directory, Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(maxBytes / MIN_SEGMENTS)));
  if (files.tornBytes > 0) log.warn('a dead letter that a crash tore was cut off', { bytes: files.tornBytes });
  const tidyFiles = async (): Promise<void> => {
    await tidy(directory, log);
    await files.reopen();
  };
  await tidyFiles();
  let hasStale = false;
  const newId = createUuidv7();
  const inTurn = createTurns();
  const at = (): string => formatInstant(clock.now());

  const append = async (text: string): Promise<void> => {
    try {
      await files.append(text);
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      throw new DeadLetterError('DEAD_LETTERS_WRITE', `dead letters cannot be written: ${reason}`, { cause });
    }
  };
  const appendWithin = async (text: string): Promise<void> => {
    const isOver = (): boolean => files.bytes() + Buffer.byteLength(text) > maxBytes;
    if (isOver() && hasStale) {
      hasStale = false;
      await tidyFiles();
    }
    if (isOver()) throw new DeadLetterError('DEAD_LETTERS_FULL', fullMessage(maxBytes));
    await append(text);
  };

  return {
    write: async (letters) => {
      if (letters.length === 0) return;
      await inTurn(() =>
        appendWithin(letters.map((letter) => encodeLetter({ id: newId(clock.now()), at: at(), ...letter })).join('')),
      );
    },
    list: (filter, limit = Number.POSITIVE_INFINITY) => readDeadLetters(directory, filter, limit),
    select: (filter) => selectLetters(directory, filter),
    read: (letters) => readEvents(directory, letters),
    get: async (id) => (await readDeadLetters(directory, { ids: new Set([id]) }, 1))[0],
    // Beyond the budget too: it is what makes room.
    resolve: async (ids, how) => {
      if (ids.length === 0) return;
      await inTurn(() => append(ids.map((id) => encodeResolution(id, how, at())).join('')));
      hasStale = true;
    },
    attempted: async (letters) => {
      if (letters.length === 0) return;
      const record = ({ id, ...rest }: RefusedAgain): string => encodeAttempt({ attempted: id, at: at(), ...rest });
      await inTurn(() => append(letters.map(record).join('')));
      hasStale = true;
    },
    bytes: () => files.bytes(),
    close: () => inTurn(() => files.close()),
  };
};

const fullMessage = (maxBytes: number): string =>
  `the dead letters fill their budget of ${maxBytes} bytes; nothing is thrown away, so delivery waits: look at them ` +
  `with "dlq list", then retry or drop some, or raise service.dead_letters.max_bytes`;

/** One at a time, in the order of the calls. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
};
