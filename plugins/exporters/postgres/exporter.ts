import type { Clock } from '../../../src/event/time.ts';
import type { Exporter, Log } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { Database } from './connect.ts';
import { quoteName, type Names } from './names.ts';
import { createPartitions } from './partitions.ts';
import { prepare } from './prepare.ts';
import { applyRetention, type RetentionOptions } from './retention.ts';
import { createSender } from './send.ts';
import type { Settings } from './set-up.ts';

export interface PostgresOptions {
  /** As the role that writes. */
  readonly writer: Database;
  /** As the login itself. */
  readonly admin: Database;
  readonly names: Names;
  readonly settings: Settings;
  readonly retention: Omit<RetentionOptions, 'names'> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

const HOUR_MS = 3_600_000;
/** As `betalogs_forget_ids` does. */
const FORGET_AT_ONCE = 10_000;

export const createPostgresExporter = (options: PostgresOptions): Exporter => {
  const { writer, admin, names, settings, retention, clock, log } = options;
  const partitions = createPartitions(names.schema);
  const forgetIds = `SELECT ${quoteName(names.schema)}.betalogs_forget_ids()`;
  let cancel: (() => void) | undefined;
  let running = Promise.resolve();
  const stopping = new AbortController();

  const tidy = async (): Promise<void> => {
    await writer.session(async (session) => {
      await partitions.ensureAhead(session);
      for (let gone = FORGET_AT_ONCE; gone === FORGET_AT_ONCE;) gone = Number((await session.rows(forgetIds))[0]?.[0]);
    }, stopping.signal);
    if (retention === undefined) return;
    const dropped = await admin.session((session) => applyRetention(session, { ...retention, names }), stopping.signal);
    // The connection has become the owner's.
    admin.reconnect();
    if (dropped.length > 0) {
      partitions.forget();
      log.info('expired partitions were dropped', { partitions: dropped });
    }
  };
  const tidyHourly = (): void => {
    if (stopping.signal.aborted) return;
    running = tidy().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.warn('partitions were not tended to', { reason: classify(error).reason });
    });
    cancel = clock.schedule(HOUR_MS, tidyHourly);
  };

  return {
    start: async () => {
      await prepare({ admin, writer, names, settings });
      await writer.session((session) => partitions.ensureAhead(session));
      tidyHourly();
    },
    export: createSender({ database: writer, partitions, schema: names.schema, log }),
    stop: async () => {
      stopping.abort();
      cancel?.();
      await running;
      await Promise.all([writer.close(), admin.close()]);
    },
  };
};
