import { open, mkdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant, type Clock } from '../event/time.ts';

/** What a store will never take, kept whole, already redacted; or what a receiver refused of a source that would lose it. */
export interface DeadLetter {
  readonly stage: 'exporter' | 'receiver';
  readonly code: string;
  readonly message: string;
  /** The component's id. */
  readonly component: string;
  readonly tenant: string;
  readonly eventId?: string;
  readonly attempts: number;
  /** The event's canonical JSON line; absent where there is none that may be kept. */
  readonly line?: string;
  /** In place of the line: its bytes, and an HMAC by which its sender can find it. */
  readonly size?: number;
  readonly digest?: string;
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

const recordOf = ({ line, ...facts }: DeadLetter, clock: Clock): string => {
  const record = JSON.stringify({ at: formatInstant(clock.now()), ...facts });
  return line === undefined ? `${record}\n` : `${record.slice(0, -1)},"event":${line}}\n`;
};

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
