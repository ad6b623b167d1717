// What an administrator's connection makes before anything is written, as SQL that an administrator can also read and run.
import { createHash } from 'node:crypto';
import { MIGRATIONS, type Migration } from './migrations/index.ts';
import { quoteName, quoteText, withNames, type Names } from './names.ts';

/** Each costs the server about 2 µs an event. */
export const INDEXES = {
  correlation: 'events_by_correlation ON events (tenant_id, correlation_id, occurred_at)',
  trace: 'events_by_trace ON events (tenant_id, trace_id, occurred_at) WHERE trace_id IS NOT NULL',
  actor: 'events_by_actor ON events (tenant_id, actor_id, occurred_at) WHERE actor_id IS NOT NULL',
  object: 'events_by_object ON events (tenant_id, object_id, occurred_at) WHERE object_id IS NOT NULL',
  received_at: 'events_by_receipt ON events USING brin (received_at)',
  text: 'events_by_words ON events USING gin (betalogs_words(tenant_id, doc))',
} as const;
export type IndexName = keyof typeof INDEXES;

export interface Settings {
  readonly partition: 'month' | 'week';
  readonly acceptPastMs: number;
  readonly acceptAheadMs: number;
  readonly indexes: readonly IndexName[];
}

export const checksumOf = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');

/** The NOLOGIN roles and their rights on the schema. Roles are the cluster's: another database may make them just now. */
export const rolesSql = (names: Names): string => `
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[${[names.owner, names.writer, names.reader].map(quoteText).join(', ')}] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AND NOT pg_has_role(name, 'USAGE') THEN
      EXECUTE format('GRANT %I TO %I', name, current_user);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${quoteText(names.schema)}) THEN
    CREATE SCHEMA ${quoteName(names.schema)};
  END IF;
END $$;
${withNames('GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner};\nGRANT USAGE ON SCHEMA {schema} TO {writer}, {reader};', names)}
`;

/** From here on as the owner of the tables. */
export const becomeOwnerSql = (names: Names): string =>
  withNames('SET LOCAL ROLE {owner};\nSET LOCAL search_path = {schema}, pg_temp;', names);

export const LEDGER_SQL = `CREATE TABLE IF NOT EXISTS betalogs_migrations (
  version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);`;

export const migrationSql = (migration: Migration, names: Names): string => `${withNames(migration.sql, names)}
INSERT INTO betalogs_migrations (version, name, checksum)
VALUES (${migration.version}, ${quoteText(migration.name)}, ${quoteText(checksumOf(migration))});`;

export const settingsSql = ({ partition, acceptPastMs, acceptAheadMs, indexes }: Settings): string =>
  [
    `UPDATE betalogs_settings SET partition_unit = ${quoteText(partition)},
  accept_past = interval '${acceptPastMs} milliseconds', accept_ahead = interval '${acceptAheadMs} milliseconds';`,
    ...indexes.map((index) => `CREATE INDEX IF NOT EXISTS ${INDEXES[index]};`),
  ].join('\n');

/** All of it, for a database that holds nothing yet: `sql/grants.sql`. */
export const wholeSetUpSql = (names: Names, settings: Settings): string =>
  [
    `-- What the postgres exporter makes when it is given an administrator's URL. Run it in the events' database as an`,
    `-- administrator, then: GRANT ${names.writer} TO <the exporter's login>; GRANT ${names.reader} TO <the login that reads>;`,
    'BEGIN;',
    rolesSql(names).trim(),
    becomeOwnerSql(names),
    LEDGER_SQL,
    ...MIGRATIONS.map((migration) => migrationSql(migration, names)),
    settingsSql(settings),
    'COMMIT;',
    '',
  ].join('\n');
