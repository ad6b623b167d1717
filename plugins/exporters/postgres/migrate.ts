import type { Session } from './connect.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';
import { quoteName, quoteText, type Names } from './names.ts';
import {
  becomeOwnerSql,
  checksumOf,
  LEDGER_SQL,
  migrationSql,
  rolesSql,
  settingsSql,
  type Settings,
} from './set-up.ts';

/** Why this database is not written to. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaError';
  }
}

export interface MigrateOptions {
  readonly names: Names;
  readonly settings: Settings;
  /** Roles can be made; else they are there. */
  readonly makesRoles: boolean;
  readonly migrations?: readonly Migration[];
}

/** Brings the database to this program's schema, all or nothing, one process at a time. */
export const migrate = async (session: Session, options: MigrateOptions): Promise<void> => {
  const { names, settings, makesRoles, migrations = MIGRATIONS } = options;
  await session.run('BEGIN');
  try {
    await session.run(
      `SELECT pg_advisory_xact_lock(hashtext('betalogs'), hashtext(${quoteText(`${names.schema}.migrations`)}))`,
    );
    if (makesRoles) await session.run(rolesSql(names));
    await session.run(`${becomeOwnerSql(names)}\n${LEDGER_SQL}`);
    const applied = checkApplied(await appliedIn(session, names), migrations);
    for (const migration of migrations.slice(applied)) await session.run(migrationSql(migration, names));
    await session.run(settingsSql(settings));
    await session.run('COMMIT');
  } catch (error) {
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

export interface Applied {
  readonly version: number;
  readonly checksum: string;
}

export const appliedIn = async (session: Session, { schema }: Names): Promise<readonly Applied[]> => {
  const rows = await session.rows(
    `SELECT version, checksum FROM ${quoteName(schema)}.betalogs_migrations ORDER BY version`,
  );
  return rows.map(([version, checksum]) => ({ version: Number(version), checksum: String(checksum) }));
};

/** How many of the migrations are applied. Throws `SchemaError` on a database that another program has made. */
export const checkApplied = (applied: readonly Applied[], migrations: readonly Migration[] = MIGRATIONS): number => {
  const newest = applied.at(-1)?.version ?? 0;
  const known = migrations.at(-1)?.version ?? 0;
  if (newest > known)
    throw new SchemaError(`the database has schema ${newest}, this program knows ${known}: use a newer betalogs`);
  for (const [i, { version, checksum }] of applied.entries()) {
    const migration = migrations[i];
    if (migration?.version !== version || checksumOf(migration) !== checksum)
      throw new SchemaError(`migration ${version} of the database is not the one of this program`);
  }
  return applied.length;
};
