// One writer at a time. The kernel holds the lock (SQLite's, on an empty file) and lets go of it when the process
// dies, however it dies: a pid alone cannot tell, since containers that share a volume number their processes alike.
// The owner's file beside it says who it is, for the error message.
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalOpenError } from './damage.ts';

export interface Lock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly bootId?: string | undefined;
  /** Clock ticks after boot, as /proc tells. */
  readonly startedAt?: string | undefined;
}

const SQLITE_BUSY = 5;
const OWNER_ONLY = 0o600;

export const acquireLock = async (directory: string): Promise<Lock> => {
  const path = join(directory, 'lock');
  const ownerPath = join(directory, 'lock.json');
  await createPrivately(path);
  const database = await hold(path, directory, ownerPath);
  await writeOwner(ownerPath);
  return {
    release: async () => {
      await rm(ownerPath, { force: true });
      database.close();
    },
  };
};

/** Only if it is not there: to open and close the file again would drop a lock that this process holds. */
const createPrivately = async (path: string): Promise<void> => {
  try {
    await (await open(path, 'wx', OWNER_ONLY)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

const hold = async (path: string, directory: string, ownerPath: string): Promise<DatabaseSync> => {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // In memory: taking the lock writes nothing, so a full disk does not stop it.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) throw await lockedError(directory, ownerPath);
    throw new JournalOpenError('JOURNAL_LOCK_FAILED', `the journal in ${directory} cannot be locked`, { cause });
  }
};

const lockedError = async (directory: string, ownerPath: string): Promise<JournalOpenError> => {
  const owner = await readOwner(ownerPath);
  const who = owner === undefined ? 'another process' : `process ${owner.pid}${await whereOf(owner)}`;
  return new JournalOpenError('JOURNAL_LOCKED', `the journal in ${directory} is in use by ${who}`);
};

const whereOf = async ({ pid, bootId, startedAt }: Owner): Promise<string> => {
  if (bootId !== (await readBootId())) return ' of another machine';
  return startedAt === (await readStart(pid)) ? '' : ' of another container';
};

const readOwner = async (path: string): Promise<Owner | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isInteger(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
};

/** Informs only; a disk that is full does not stop the start. */
const writeOwner = async (path: string): Promise<void> => {
  const owner: Owner = { pid: process.pid, bootId: await readBootId(), startedAt: await readStart(process.pid) };
  await rm(path, { force: true });
  await writeFile(path, JSON.stringify(owner), { mode: OWNER_ONLY }).catch(() => undefined);
};

const readBootId = async (): Promise<string | undefined> => {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return text?.trim();
};

/** Field 22 of stat; the command's name before it may hold blanks, and ends at the last parenthesis. */
const readStart = async (pid: number): Promise<string | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
};
