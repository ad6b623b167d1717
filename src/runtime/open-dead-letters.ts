// The dead letters of a data directory whose collector is stopped, for commands that act on them.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckedConfig } from '../config/checked-config.ts';
import { createDeadLetterQueue, type TryOnce } from '../delivery/dead-letter-queue.ts';
import { openDeadLetters } from '../delivery/dead-letters.ts';
import { readDeadLetters } from '../delivery/dead-letters/read.ts';
import { JournalOpenError } from '../journal/open/damage.ts';
import { acquireLock, type Lock } from '../journal/open/lock.ts';
import type {
  ComponentContext,
  DeadLetter,
  DeadLetterFilter,
  DeadLetterQueue,
  Exporter,
  ExportOutcome,
  Log,
} from '../sdk/index.ts';
import type { Clock } from '../event/time.ts';

const folderOf = (dataDir: string): string => join(dataDir, 'dead-letters');

/** Newest first; beside a running collector too. */
export const listDeadLetters = (
  dataDir: string,
  filter: DeadLetterFilter,
  limit: number,
): Promise<readonly DeadLetter[]> => readDeadLetters(folderOf(dataDir), filter, limit);

export interface DirectDeadLettersOptions {
  readonly config: CheckedConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly contextOf: (id: string) => ComponentContext;
}

export interface DirectDeadLetters {
  readonly queue: DeadLetterQueue;
  close(): Promise<void>;
}

/** Undefined: a collector runs on this directory, and is the one to ask. An exporter is opened when it is first needed. */
export const openDeadLettersDirectly = async (
  options: DirectDeadLettersOptions,
): Promise<DirectDeadLetters | undefined> => {
  const { config, dataDir, clock, log, signal, contextOf } = options;
  const lock = await lockOf(join(dataDir, 'journal'));
  if (lock === undefined) return undefined;
  const stack = new AsyncDisposableStack();
  stack.defer(() => lock.release());
  try {
    const { maxBytes } = config.service.deadLetters;
    const letters = await openDeadLetters({ directory: folderOf(dataDir), maxBytes, clock, log });
    stack.defer(() => letters.close());
    const exporters = new Map(
      config.exporters.map(({ id, plugin, config: own, delivery }) => {
        const late = createLateExporter(() => plugin.create(own, contextOf(id)), delivery.timeoutMs);
        stack.defer(() => late.stop());
        return [id, late.tryOnce];
      }),
    );
    return { queue: createDeadLetterQueue({ letters, exporters, signal }), close: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
};

const lockOf = async (directory: string): Promise<Lock | undefined> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    return await acquireLock(directory);
  } catch (error) {
    if (error instanceof JournalOpenError && error.code === 'JOURNAL_LOCKED') return undefined;
    throw error;
  }
};

const createLateExporter = (create: () => Exporter, timeoutMs: number) => {
  let opened: Promise<Exporter> | undefined;
  const open = async (): Promise<Exporter> => {
    const exporter = create();
    await exporter.start?.();
    return exporter;
  };
  const tryOnce: TryOnce = async (batch, signal) => {
    const all = (outcome: ExportOutcome): ExportOutcome[] => Array.from({ length: batch.count }, () => outcome);
    try {
      const exporter = await (opened ??= open());
      const outcomes = await exporter.export(batch, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
      return outcomes.length === batch.count
        ? outcomes
        : all({ status: 'retry', reason: 'answered for too few events' });
    } catch (error) {
      return all({ status: 'retry', reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const stop = async (): Promise<void> => {
    const exporter = await opened?.catch(() => undefined);
    await exporter?.stop();
  };
  return { tryOnce, stop };
};
