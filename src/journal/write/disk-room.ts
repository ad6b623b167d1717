// Is there room for intake? The journal's own budget, and the free space of its volume, which others use too.
import type { Clock } from '../../event/time.ts';
import type { Log } from '../../sdk/index.ts';
import type { FileSystem } from '../file-system.ts';

const REFRESH_MS = 500;
const REFRESH_BYTES = 8 * 1024 * 1024;
const FULL_MS = 1000;

export interface DiskRoomOptions {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly maxBytes: number;
  readonly minFreeBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of the journal on disk. */
  readonly bytes: () => number;
}

export interface DiskRoom {
  hasRoom(): boolean;
  /** Bytes were written since the last look at the volume. */
  wrote(bytes: number): void;
  /** The disk refused a write. */
  refused(): void;
  refresh(): Promise<void>;
}

export const createDiskRoom = (options: DiskRoomOptions): DiskRoom => {
  const { fs, directory, clock, log } = options;
  let freeBytes = 0;
  let writtenSince = 0;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let refusedAtMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    lookedAtMs = clock.monotonicMs();
    writtenSince = 0;
    try {
      freeBytes = await fs.freeBytes(directory);
    } catch (error) {
      // Better to refuse intake than to fill a disk unseen.
      freeBytes = 0;
      log.error('the free space of the journal cannot be told', { code: (error as NodeJS.ErrnoException).code });
    }
    looking = undefined;
  };
  const refresh = (): Promise<void> => (looking ??= look());

  return {
    refresh,
    hasRoom: () => {
      const now = clock.monotonicMs();
      if (now - lookedAtMs >= REFRESH_MS) void refresh();
      if (now - refusedAtMs < FULL_MS || options.bytes() >= options.maxBytes) return false;
      return freeBytes - writtenSince > options.minFreeBytes;
    },
    wrote: (bytes) => {
      writtenSince += bytes;
      if (writtenSince >= REFRESH_BYTES) void refresh();
    },
    refused: () => {
      refusedAtMs = clock.monotonicMs();
      void refresh();
    },
  };
};
