// Partitions that hold nothing any more that must be kept are dropped. Never a single row.
import type { Session } from './connect.ts';
import { quoteName, quoteText, withNames, type Names } from './names.ts';

export interface RetentionOptions {
  readonly names: Names;
  /** Milliseconds for each class; an event of a class that is not here, `hold` among them, is kept. */
  readonly classes: ReadonlyMap<string, number>;
  /** For events that name none. */
  readonly defaultMs: number;
}

const PARENTS = ['event_keys', 'event_links', 'events'] as const;

/** As a login that may become the owner. Answers the names of the dropped partitions; one process at a time does it. */
export const applyRetention = async (session: Session, options: RetentionOptions): Promise<readonly string[]> => {
  const { names } = options;
  await session.run(
    withNames(
      `SET ROLE {owner}; SET search_path = {schema}, pg_temp; SET app.maintenance = 'on'; SET timezone = 'UTC'`,
      names,
    ),
  );
  const lock = `(hashtext('betalogs'), hashtext(${quoteText(`${names.schema}.retention`)}))`;
  const [locked] = await session.rows(`SELECT pg_try_advisory_lock${lock}`);
  if (locked?.[0] !== 't') return [];
  try {
    const dropped: string[] = [];
    for (const suffix of await candidates(session, options)) {
      if (await dropPartition(session, options, suffix)) dropped.push(`events_${suffix}`);
    }
    return dropped;
  } finally {
    await session.rows(`SELECT pg_advisory_unlock${lock}`).catch(() => []);
  }
};

/** Periods whose end is older than the shortest class: attached, detached, or left half-way by a crash. */
const candidates = async (
  session: Session,
  { classes, defaultMs, names }: RetentionOptions,
): Promise<readonly string[]> => {
  const shortest = Math.min(defaultMs, ...classes.values());
  const rows = await session.rows(
    `SELECT DISTINCT substring(relname FROM 'p\\d{8}_\\d{8}$') AS suffix FROM pg_class
     WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND relname ~ '^event(s|_keys|_links)_p\\d{8}_\\d{8}$'
       AND to_date(right(relname, 8), 'YYYYMMDD') <= now() - $2::float8 * interval '1 millisecond'
     ORDER BY suffix`,
    [quoteName(names.schema), shortest],
  );
  return rows.map(([suffix]) => String(suffix));
};

const dropPartition = async (session: Session, options: RetentionOptions, suffix: string): Promise<boolean> => {
  const events = `events_${suffix}`;
  if (await holdsLive(session, options, events)) return false;
  await detach(session, 'events', events);
  // Nothing can be added any more; what came between the look and the detaching is seen now.
  if (await holdsLive(session, options, events)) {
    await attach(session, events);
    return false;
  }
  for (const parent of PARENTS) {
    const partition = `${parent}_${suffix}`;
    await detach(session, parent, partition);
    await session.run(`DROP TABLE IF EXISTS ${quoteName(partition)}`);
  }
  return true;
};

/** Whether a row is not yet expired; a partition that is gone holds none. The first such row ends the scan. */
const holdsLive = async (session: Session, options: RetentionOptions, events: string): Promise<boolean> => {
  const [there] = await session.rows('SELECT to_regclass($1) IS NOT NULL', [quoteName(events)]);
  if (there?.[0] !== 't') return false;
  const periods = [...options.classes.entries()];
  const [live] = await session.rows(
    `SELECT EXISTS (
       SELECT FROM ${quoteName(events)} e
       LEFT JOIN unnest($1::text[], $2::float8[]) AS c (class, period) ON c.class = e.retention_class
       WHERE (e.retention_class IS NOT NULL AND c.class IS NULL) OR e.retention_class = 'hold'
         OR e.occurred_at > now() - coalesce(c.period, $3::float8) * interval '1 millisecond')`,
    [periods.map(([name]) => name), periods.map(([, period]) => period), options.defaultMs],
  );
  return live?.[0] === 't';
};

const detach = async (session: Session, parent: string, partition: string): Promise<void> => {
  const [state] = await session.rows('SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = to_regclass($1)', [
    quoteName(partition),
  ]);
  if (state === undefined) return;
  const how = state[0] === 't' ? 'FINALIZE' : 'CONCURRENTLY';
  await session.run(`ALTER TABLE ${parent} DETACH PARTITION ${quoteName(partition)} ${how}`);
};

const attach = async (session: Session, partition: string): Promise<void> => {
  const [, from = '', until = ''] = /_p(\d{8})_(\d{8})$/.exec(partition) ?? [];
  await session.run(
    `ALTER TABLE events ATTACH PARTITION ${quoteName(partition)} FOR VALUES FROM ('${from}') TO ('${until}')`,
  );
};
