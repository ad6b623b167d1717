import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isMigrated, migrate } from './migrate.ts';

const OWNER_FILE = 0o600;
const OWNER_DIRECTORY = 0o700;
const BUSY_TIMEOUT_MS = 5000;

// Each commit is on disk before its batch is answered. The schema of a file that was brought here is not trusted.
// Events are 1 KB and their keys random: pages of 16 KiB cost a third less than SQLite's 4 KiB, and a fifth less disk.
const WRITER_PRAGMAS = `
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 1000;
PRAGMA cache_size = -32768;
PRAGMA trusted_schema = OFF;
`;

/** Opens the file for its one writer, made owner-only where it is new, and brings its schema up to date. */
export const openForWriting = (path: string): DatabaseSync => {
  mkdirSync(dirname(path), { recursive: true, mode: OWNER_DIRECTORY });
  // Before SQLite opens it: its -wal and -shm files copy the mode.
  closeSync(openSync(path, 'a', OWNER_FILE));
  chmodSync(path, OWNER_FILE);
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, defensive: true });
  return closingOnError(db, () => {
    db.exec(WRITER_PRAGMAS);
    migrate(db);
  });
};

/** Opens the file beside a running writer or without one; undefined while there is nothing to read. */
export const openForReading = (path: string): DatabaseSync | undefined => {
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, defensive: true, readOnly: true, readBigInts: true });
  let migrated = false;
  closingOnError(db, () => {
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;');
    migrated = isMigrated(db);
  });
  if (migrated) return db;
  db.close();
  return undefined;
};

const closingOnError = (db: DatabaseSync, use: () => void): DatabaseSync => {
  try {
    use();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};
