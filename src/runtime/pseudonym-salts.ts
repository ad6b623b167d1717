// A salt for each tenant, in a file of its own: without it the tenant's pseudonyms can never be computed again.
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { KeysError } from './keys-error.ts';

export interface PseudonymSalts {
  /** Empty where pseudonyms hang on the master key alone. Throws `KeysError` where the file is bad or cannot be made. */
  saltOf(tenant: string): Buffer;
}

const SALT_BYTES = 32;
const NO_SALT = Buffer.alloc(0);

/** Where the salts lie: beside the master key. */
export const saltFolderOf = (keysFile: string): string => join(dirname(keysFile), 'pseudonyms');

/** Any tenant id is a file name: its plain characters, for people, and its hash, which tells ids apart. */
export const saltFileOf = (folder: string, tenant: string): string => {
  const shown = tenant.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '_');
  const digest = createHash('sha256').update(tenant).digest('hex').slice(0, 32);
  return join(folder, `${shown.slice(0, 64)}-${digest}.json`);
};

/**
 * Reads the tenant's salt, or makes it at its first use. `shared`: replicas that do not share the folder would each
 * make their own, so it is used only where somebody made the folder.
 */
export const createPseudonymSalts = (folder: string, shared: boolean): PseudonymSalts => ({
  saltOf: (tenant) => {
    const path = saltFileOf(folder, tenant);
    const text = readText(path);
    if (text !== undefined) return parseSalt(text, path);
    if (shared && !existsSync(folder)) return NO_SALT;
    return parseSalt(createSalt(path, tenant), path);
  },
});

/** Deletes the tenant's salt. False: there was none. Throws where the folder cannot be written. */
export const forgetSalt = (folder: string, tenant: string): boolean => {
  const path = saltFileOf(folder, tenant);
  if (!existsSync(path)) return false;
  rmSync(path);
  syncFolder(folder);
  return true;
};

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeysError(`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`, {
      cause: error,
    });
  }
};

/** Whole beside its place, then linked there: of two replicas that need it at once, one wins for both. */
const createSalt = (path: string, tenant: string): string => {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  const salt = randomBytes(SALT_BYTES).toString('base64');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDurably(draft, `${JSON.stringify({ version: 1, tenant, salt })}\n`);
    linkOnce(draft, path);
    rmSync(draft);
    syncFolder(dirname(path));
  } catch (error) {
    throw new KeysError(
      `${path}: cannot be made: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}; pseudonyms need this folder writable`,
      { cause: error },
    );
  }
  return readFileSync(path, 'utf8');
};

const linkOnce = (draft: string, path: string): void => {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

const writeDurably = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

const syncFolder = (path: string): void => {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

const parseSalt = (text: string, path: string): Buffer => {
  const salt = /"salt":"([A-Za-z0-9+/]{43}=)"/.exec(text)?.[1];
  if (salt !== undefined) return Buffer.from(salt, 'base64');
  throw new KeysError(`${path}: expected {"version": 1, "tenant": …, "salt": "<${SALT_BYTES} bytes in base64>"}`);
};
