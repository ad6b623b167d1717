// Before the first batch: with an administrator's login everything is made, with a writer's it is checked.
import { classify } from './classify.ts';
import type { Database, Session } from './connect.ts';
import { appliedIn, checkApplied, migrate, SchemaError } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { quoteName, quoteText, type Names } from './names.ts';
import type { Settings } from './set-up.ts';

const SET_ROLE = `CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`;

/** Gives up the login's rights for those of `role`, where that is possible. */
export const becomeSql = (role: string): string =>
  `SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = ${quoteText(role)} AND pg_has_role(oid, ${SET_ROLE})`;

export interface PrepareOptions {
  /** As the login itself. */
  readonly admin: Database;
  /** As the writer. */
  readonly writer: Database;
  readonly names: Names;
  readonly settings: Settings;
}

/** Rejects with what is missing, in words that hold no secret. */
export const prepare = async ({ admin, writer, names, settings }: PrepareOptions): Promise<void> => {
  try {
    const { makesRoles, isOwner } = await admin.session((session) => rightsOf(session, names));
    if (makesRoles || isOwner) await admin.session((session) => migrate(session, { names, settings, makesRoles }));
    await writer.session((session) => check(session, names));
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    throw new Error(`cannot prepare Postgres: ${classify(error).reason}`, { cause: error });
  }
};

const rightsOf = async (session: Session, names: Names): Promise<{ makesRoles: boolean; isOwner: boolean }> => {
  const [row] = await session.rows(
    `SELECT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user),
      EXISTS (SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(oid, ${SET_ROLE}))`,
    [names.owner],
  );
  return { makesRoles: row?.[0] === 't', isOwner: row?.[1] === 't' };
};

const SET_UP = "run sql/grants.sql as an administrator, or start once with an administrator's URL";

const check = async (session: Session, names: Names): Promise<void> => {
  const missing = await missingRights(session, names);
  if (missing.length > 0) throw new SchemaError(`Postgres lacks ${missing.join(', ')}: ${SET_UP}`);
  const applied = checkApplied(await appliedIn(session, names));
  if (applied < MIGRATIONS.length)
    throw new SchemaError(`the database has schema ${applied}, this program needs ${MIGRATIONS.length}: ${SET_UP}`);
};

const FUNCTIONS = [
  'betalogs_write(text, bigint[], integer[], text, text)',
  'betalogs_ensure_partitions(timestamptz[])',
  'betalogs_prepare_partitions()',
  'betalogs_forget_ids()',
];
const TABLES = [
  ['betalogs_migrations', 'SELECT'],
  ['events', 'INSERT'],
  ['event_keys', 'INSERT'],
  ['event_links', 'INSERT'],
  ['event_ids', 'INSERT'],
] as const;

/** In the order of a set-up; the first that is missing explains the rest. */
const missingRights = async (session: Session, { schema }: Names): Promise<readonly string[]> => {
  const holds = async (sql: string, ...values: string[]): Promise<boolean> =>
    (await session.rows(`SELECT coalesce((${sql}), false)`, values))[0]?.[0] === 't';
  const usage = 'SELECT has_schema_privilege(oid, $2) FROM pg_namespace WHERE nspname = $1';
  if (!(await holds(usage, schema, 'USAGE'))) return [`the right to use schema ${schema}`];
  const missing: string[] = [];
  for (const [table, right] of TABLES) {
    const qualified = `${quoteName(schema)}.${table}`;
    if (!(await holds('SELECT has_table_privilege(to_regclass($1), $2)', qualified, right)))
      missing.push(`${right} on ${schema}.${table}`);
  }
  for (const name of FUNCTIONS) {
    const qualified = `${quoteName(schema)}.${name}`;
    if (!(await holds(`SELECT has_function_privilege(to_regprocedure($1), 'EXECUTE')`, qualified)))
      missing.push(`EXECUTE on ${schema}.${name.split('(', 1)[0]}`);
  }
  return missing;
};
