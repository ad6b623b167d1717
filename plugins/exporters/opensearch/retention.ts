// Events are removed by whole months, each once its last instant is older than the period.
import type { Clock } from '../../../src/event/time.ts';
import { instantToMs } from '../../../src/event/time.ts';
import type { Log } from '../../../src/sdk/index.ts';
import { describe, parseAnswer } from './answer.ts';
import type { Connection } from './connect.ts';
import { endOfIndexMs, indexPatterns } from './months.ts';

export interface RetentionOptions {
  readonly connection: Connection;
  readonly prefix: string;
  readonly periodMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;

/** Looks now and every hour; the result ends it. */
export const startRetention = (options: RetentionOptions): { stop(): Promise<void> } => {
  let cancel: (() => void) | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    await removeExpired(options);
    if (!stopped) cancel = options.clock.schedule(HOUR_MS, start);
  };
  const start = (): void => {
    running = look();
  };
  start();
  return {
    stop: async () => {
      stopped = true;
      cancel?.();
      await running;
    },
  };
};

const removeExpired = async ({ connection, prefix, periodMs, clock, log }: RetentionOptions): Promise<void> => {
  const listed = await connection.ask({
    method: 'GET',
    path: `/_cat/indices/${indexPatterns(prefix).join(',')}`,
    query: { h: 'index', format: 'json', expand_wildcards: 'open,closed' },
  });
  const rows = parseAnswer(listed);
  if (listed.status !== 200 || !Array.isArray(rows)) {
    return log.warn('retention could not list the indices', { reason: describe(listed) });
  }
  const before = instantToMs(clock.now()) - periodMs;
  const names = (rows as readonly { readonly index?: unknown }[]).map(({ index }) => String(index));
  for (const index of names.filter((name) => (endOfIndexMs(prefix, name) ?? Infinity) <= before)) {
    const answer = await connection.ask({ method: 'DELETE', path: `/${index}` });
    if (answer.status === 200) log.info('retention removed an index', { index });
    else log.warn('retention could not remove an index', { index, reason: describe(answer) });
  }
};
