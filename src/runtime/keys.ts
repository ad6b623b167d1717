// The deployment's master key and what is derived from it. Replicas that share the file derive the same keys.
import { hkdfSync, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { KeyRing, Log } from '../sdk/index.ts';
import { KeysError } from './keys-error.ts';
import { createPseudonymSalts, saltFolderOf, type PseudonymSalts } from './pseudonym-salts.ts';

export { KeysError };

export interface KeyRingOptions {
  /** Absolute; without `keysFile` the key is kept under `keys/` in it. */
  readonly dataDir: string;
  /** The file that replicas share; made where it is missing, never changed. */
  readonly keysFile?: string;
  readonly log: Pick<Log, 'warn'>;
}

const KEY_BYTES = 32;
const CACHED_KEYS = 10_000;
/** A salt that was deleted is looked for again, so that a collector that runs forgets the key too. */
const FORGOTTEN_AFTER_MS = 60_000;
const OPEN_TO_OTHERS = 0o077;
const LARGEST_FILE = 4096;

/** Reads the master key; makes one at the first start. Rejects with `KeysError` where the file is bad. */
export const loadKeyRing = async ({ dataDir, keysFile, log }: KeyRingOptions): Promise<KeyRing> => {
  const path = keysFile ?? join(dataDir, 'keys', 'master.json');
  const existing = await readKeys(path);
  if (existing === undefined && keysFile !== undefined) {
    log.warn('a new keys file was made where BETALOGS_KEYS_FILE names one; every replica needs this same file', {
      path,
    });
  }
  const text = existing ?? (await createKeys(path));
  await warnIfOpen(path, log);
  const salts = createPseudonymSalts(saltFolderOf(path), keysFile !== undefined);
  return createKeyRing(parseKeys(text, path), salts);
};

/** Derives by HKDF-SHA-256, so that no derived key tells another one or the master key. */
export const createKeyRing = (
  master: Buffer,
  salts: PseudonymSalts = NO_SALTS,
  now: () => number = () => performance.now(),
): KeyRing => {
  const derived = new LRUCache<string, Buffer>({ max: CACHED_KEYS });
  const pseudonymKeys = new LRUCache<string, Buffer>({
    max: CACHED_KEYS,
    ttl: FORGOTTEN_AFTER_MS,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    derive: (purpose, tenant) => {
      const info = infoOf(purpose, tenant);
      let key = derived.get(info);
      if (key === undefined) {
        key = deriveKey(master, '', info);
        derived.set(info, key);
      }
      return Buffer.from(key);
    },
    pseudonymKey: (tenant) => {
      let key = pseudonymKeys.get(tenant);
      if (key === undefined) {
        key = deriveKey(master, salts.saltOf(tenant), infoOf('pseudonym', tenant));
        pseudonymKeys.set(tenant, key);
      }
      return Buffer.from(key);
    },
  };
};

const NO_SALTS: PseudonymSalts = { saltOf: () => Buffer.alloc(0) };

/** The length keeps ('a', 'bc') apart from ('ab', 'c'). */
const infoOf = (purpose: string, tenant: string): string =>
  `betalogs/1/${Buffer.byteLength(purpose)}:${purpose}/${tenant}`;

const deriveKey = (master: Buffer, salt: Buffer | string, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, salt, info, KEY_BYTES));

const readKeys = async (path: string): Promise<string | undefined> => {
  try {
    if ((await stat(path)).size > LARGEST_FILE) throw new KeysError(`${path}: is too large to be a keys file`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof KeysError) throw error;
    throw new KeysError(`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`, {
      cause: error,
    });
  }
};

/** Writes the whole file beside its place, then links it there: of two processes that start at once, one wins for both. */
const createKeys = async (path: string): Promise<string> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  await writeDurably(draft, `${JSON.stringify({ version: 1, master: randomBytes(KEY_BYTES).toString('base64') })}\n`);
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  return readFile(path, 'utf8');
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(text);
  await file.sync();
};

const syncFolder = async (path: string): Promise<void> => {
  await using folder = await open(path, 'r');
  await folder.sync();
};

const warnIfOpen = async (path: string, log: Pick<Log, 'warn'>): Promise<void> => {
  const { mode } = await stat(path);
  if ((mode & OPEN_TO_OTHERS) === 0) return;
  log.warn('the keys file is open to other users of this machine; chmod 600 it', {
    path,
    mode: (mode & 0o777).toString(8),
  });
};

const parseKeys = (text: string, path: string): Buffer => {
  const master = masterOf(text);
  if (master?.length === KEY_BYTES) return master;
  throw new KeysError(
    `${path}: expected {"version": 1, "master": "<${KEY_BYTES} bytes in base64>"}, or ${KEY_BYTES} bytes in hex as openssl rand -hex ${KEY_BYTES} writes them`,
  );
};

const masterOf = (text: string): Buffer | undefined => {
  if (/^[0-9a-f]{64}\s*$/i.test(text)) return Buffer.from(text.trim(), 'hex');
  try {
    const { version, master } = JSON.parse(text) as { version?: unknown; master?: unknown };
    const isKey = version === 1 && typeof master === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(master);
    return isKey ? Buffer.from(master, 'base64') : undefined;
  } catch {
    // Not JSON, or no object: told as what was expected, without a word of the text.
    return undefined;
  }
};
