import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS, type Migration } from './schema.ts';

/** Why this file is not written to, or read: it was made by another program, or by a later version of this one. */
export class SchemaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SchemaError';
  }
}

const LEDGER = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT`;

interface Applied {
  readonly version: number;
  readonly checksum: string;
}

const checksumOf = ({ sql }: Migration): string => createHash('sha256').update(sql).digest('hex');

/** Brings the file to this program's schema, all or nothing. Throws `SchemaError` where that is not possible. */
export const migrate = (db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): void => {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(LEDGER);
    const applied = check(appliedIn(db), migrations);
    for (const migration of migrations.slice(applied)) {
      db.exec(migration.sql);
      db.prepare('INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)').run(
        migration.version,
        migration.name,
        checksumOf(migration),
      );
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

/** For a reader: true once the writer has made the tables. Throws `SchemaError` on a file that this program does not know. */
export const isMigrated = (db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): boolean => {
  const ledger = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get();
  return ledger !== undefined && check(appliedIn(db), migrations) === migrations.length;
};

// A connection may read integers as bigint.
const appliedIn = (db: DatabaseSync): readonly Applied[] =>
  db
    .prepare('SELECT version, checksum FROM schema_migrations ORDER BY version')
    .all()
    .map(({ version, checksum }) => ({ version: Number(version), checksum: String(checksum) }));

/** How many of the migrations are applied. */
const check = (applied: readonly Applied[], migrations: readonly Migration[]): number => {
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
