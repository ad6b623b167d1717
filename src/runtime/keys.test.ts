import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Log } from '../sdk/index.ts';
import { createKeyRing, KeysError, loadKeyRing } from './keys.ts';

let dataDir: string;
const log = { warn: vi.fn<Log['warn']>() };
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keys-'));
  log.warn.mockClear();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('the first start makes a key that only its owner can read, later starts use it', async () => {
  const first = (await loadKeyRing({ dataDir, log })).derive('pseudonym', 'acme');
  const second = (await loadKeyRing({ dataDir, log })).derive('pseudonym', 'acme');
  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect(await modeOf(join(dataDir, 'keys'))).toBe(0o700);
  expect(await modeOf(join(dataDir, 'keys', 'master.json'))).toBe(0o600);
  expect(await readdir(join(dataDir, 'keys'))).toEqual(['master.json']);
  expect(log.warn).not.toHaveBeenCalled();
});

test('many that start at once agree on one key', async () => {
  const rings = await Promise.all(Array.from({ length: 20 }, () => loadKeyRing({ dataDir, log })));
  const keys = new Set(rings.map((ring) => ring.derive('cursor', 'acme').toString('hex')));
  expect(keys.size).toBe(1);
  expect(await readdir(join(dataDir, 'keys'))).toEqual(['master.json']);
});

test('a keys file of the deployment goes before the data directory, and nothing is written', async () => {
  await loadKeyRing({ dataDir, log });
  const keysFile = join(dataDir, 'shared.json');
  await writeFile(keysFile, await readFile(join(dataDir, 'keys', 'master.json')), { mode: 0o600 });
  await rm(join(dataDir, 'keys'), { recursive: true });
  await loadKeyRing({ dataDir, keysFile, log });
  expect(await readdir(dataDir)).toEqual(['shared.json']);
});

test('a file that others can read is used, with a warning that names it', async () => {
  await loadKeyRing({ dataDir, log });
  const path = join(dataDir, 'keys', 'master.json');
  await chmod(path, 0o644);
  await loadKeyRing({ dataDir, log });
  expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('chmod 600'), { path, mode: '644' });
});

const short = Buffer.alloc(16, 1).toString('base64');
test.each([
  ['not JSON', 'canary-text'],
  ['cut', `{"version":1,"master":"${Buffer.alloc(32, 1).toString('base64').slice(0, 20)}`],
  ['another version', JSON.stringify({ version: 2, master: Buffer.alloc(32, 1).toString('base64') })],
  ['too short', JSON.stringify({ version: 1, master: short })],
  ['null', 'null'],
  ['empty', ''],
  ['too large', 'x'.repeat(5000)],
])('a file that is %s is an error that names the file and holds nothing of it', async (_what, text) => {
  const keysFile = join(dataDir, 'bad.json');
  await writeFile(keysFile, text, { mode: 0o600 });
  const error = await loadKeyRing({ dataDir, keysFile, log }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KeysError);
  expect((error as Error).message).toContain(keysFile);
  expect((error as Error).message).not.toContain('canary');
  expect((error as Error).message).not.toContain(short);
});

test('a shared keys file that is missing is made once, also by two replicas that start together, and said', async () => {
  const keysFile = join(dataDir, 'shared.json');
  const [one, other] = await Promise.all([
    loadKeyRing({ dataDir, keysFile, log }),
    loadKeyRing({ dataDir, keysFile, log }),
  ]);
  expect(one.derive('cursor', 'acme')).toEqual(other.derive('cursor', 'acme'));
  expect((await stat(keysFile)).mode & 0o777).toBe(0o600);
  expect(log.warn.mock.calls[0]![0]).toContain('every replica needs this same file');
});

test('a keys file may be 32 bytes in hex, as other tools write them', async () => {
  const keysFile = join(dataDir, 'hex');
  await writeFile(keysFile, `${'0f'.repeat(32)}\n`, { mode: 0o600 });
  const ring = await loadKeyRing({ dataDir, keysFile, log });
  expect(ring.derive('cursor', 'acme')).toEqual(createKeyRing(Buffer.alloc(32, 0x0f)).derive('cursor', 'acme'));
});

test('keys differ by purpose, tenant and master, and a caller cannot change them', () => {
  const ring = createKeyRing(Buffer.alloc(32, 1));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (p1, t1, p2, t2) => {
      const same = p1 === p2 && t1 === t2;
      expect(ring.derive(p1, t1).equals(ring.derive(p2, t2))).toBe(same);
    }),
  );
  expect(ring.derive('a', 'b')).not.toEqual(createKeyRing(Buffer.alloc(32, 2)).derive('a', 'b'));
  ring.derive('a', 'b').fill(0);
  expect(ring.derive('a', 'b')).not.toEqual(Buffer.alloc(32));
});
