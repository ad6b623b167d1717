// Files that may be replaced while the collector runs: certificates, tenants, keys of token issuers.
import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../event/time.ts';
import type { Log } from '../sdk/index.ts';

export interface WatchOptions {
  /** Absolute. */
  readonly paths: readonly string[];
  /** What they held when they were last read, in the same order. */
  readonly contents: readonly Buffer[];
  /** Called with what they hold now, never while it still runs; only where something differs. */
  readonly onChange: (contents: readonly Buffer[]) => Promise<void> | void;
  readonly clock: Clock;
  readonly log: Log;
}

/** A replacement of several files is one change. */
const SETTLE_MS = 100;

/**
 * Watches the folders, not the files: a file that is replaced, as by a rename or a mounted ConfigMap, is another file.
 * The result stops it.
 */
export const watchFiles = ({ paths, contents, onChange, clock, log }: WatchOptions): (() => Promise<void>) => {
  let known = contents;
  let cancel: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let isOpen = true;

  const check = async (): Promise<void> => {
    const found = await readAll(paths);
    // Between two files of one change one may be gone for a moment; its coming is a change too.
    if (!isOpen || found === undefined || found.every((content, i) => known[i]?.equals(content) === true)) return;
    known = found;
    try {
      await onChange(found);
    } catch (error) {
      log.error('a changed file could not be taken over', { paths, reason: (error as Error).message });
    }
  };
  const soon = (): void => {
    cancel?.();
    cancel = clock.schedule(SETTLE_MS, () => {
      running = running.then(check);
    });
  };
  const watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => watchFolder(folder, soon, log));
  // What changed since they were read, before anybody watched.
  soon();
  return async () => {
    isOpen = false;
    cancel?.();
    for (const watcher of watchers) watcher.close();
    await running;
  };
};

const watchFolder = (folder: string, onEvent: () => void, log: Log): FSWatcher[] => {
  const unwatched = (error: unknown): void =>
    log.warn('a folder cannot be watched: changes in it are seen at the next start', {
      folder,
      code: (error as NodeJS.ErrnoException).code,
    });
  try {
    return [watch(folder, { persistent: false }, onEvent).on('error', unwatched)];
  } catch (error) {
    unwatched(error);
    return [];
  }
};

const readAll = async (paths: readonly string[]): Promise<readonly Buffer[] | undefined> => {
  try {
    return await Promise.all(paths.map((path) => readFile(path)));
  } catch {
    return undefined;
  }
};
