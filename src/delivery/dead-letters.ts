import { open, mkdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant, type Clock } from '../event/time.ts';

/** What a store will never take, kept whole; the event is the canonical one, already redacted. */
export interface DeadLetter {
  readonly stage: 'exporter';
  readonly code: string;
  readonly message: string;
  /** The exporter's component id. */
  readonly component: string;
  readonly tenant: string;
  readonly eventId: string;
  readonly attempts: number;
  /** The event's canonical JSON line. */
  readonly line: string;
}

export interface DeadLetters {
  /** Resolves when all are on disk; only then may a cursor move past their events. */
  write(letters: readonly DeadLetter[]): Promise<void>;
  close(): Promise<void>;
}

/** Appends to `dead-letters.ndjson` in `directory`, one JSON object a line, fsynced. */
export const openDeadLetters = async (directory: string, clock: Clock): Promise<DeadLetters> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await open(join(directory, 'dead-letters.ndjson'), 'a', 0o600);
  await syncDirectory(directory);
  let last: Promise<void> = Promise.resolve();
  return {
    write: (letters) => {
      const text = letters.map((letter) => recordOf(letter, clock)).join('');
      const written = last.then(() => append(file, text));
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await file.close();
    },
  };
};

const recordOf = ({ line, ...facts }: DeadLetter, clock: Clock): string =>
  `${JSON.stringify({ at: formatInstant(clock.now()), ...facts }).slice(0, -1)},"event":${line}}\n`;

const append = async (file: FileHandle, text: string): Promise<void> => {
  await file.appendFile(text);
  await file.datasync();
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
