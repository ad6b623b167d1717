import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKeyRing, KeysError, loadKeyRing } from './keys.ts';
import { createPseudonymSalts, forgetSalt, saltFileOf } from './pseudonym-salts.ts';

let dataDir: string;
const log = { warn: () => undefined };
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'salts-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const MASTER = Buffer.alloc(32, 7);
const MINUTE = 60_000;

test('a tenant has one key over starts, in a file that only its owner can read', async () => {
  const first = (await loadKeyRing({ dataDir, log })).pseudonymKey('acme');
  expect((await loadKeyRing({ dataDir, log })).pseudonymKey('acme')).toEqual(first);
  expect(first).toHaveLength(32);
  const folder = join(dataDir, 'keys', 'pseudonyms');
  const files = await readdir(folder);
  expect(files).toEqual([expect.stringMatching(/^acme-[0-9a-f]{32}\.json$/)]);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, files[0]!))).mode & 0o777).toBe(0o600);
});

test('keys of two tenants, and of two deployments with the same master key, differ', () => {
  const ring = createKeyRing(MASTER, createPseudonymSalts(join(dataDir, 'a'), false));
  const other = createKeyRing(MASTER, createPseudonymSalts(join(dataDir, 'b'), false));
  expect(ring.pseudonymKey('acme')).not.toEqual(ring.pseudonymKey('acme2'));
  expect(ring.pseudonymKey('acme')).not.toEqual(other.pseudonymKey('acme'));
  ring.pseudonymKey('acme').fill(0);
  expect(ring.pseudonymKey('acme')).not.toEqual(Buffer.alloc(32));
});

test('what is deleted is forgotten: the next key is another, also in a collector that runs, within a minute', () => {
  let now = 1000;
  const running = createKeyRing(MASTER, createPseudonymSalts(dataDir, false), () => now);
  const before = running.pseudonymKey('acme');
  const neighbour = running.pseudonymKey('other');
  expect(forgetSalt(dataDir, 'acme')).toBe(true);
  expect(forgetSalt(dataDir, 'acme')).toBe(false);
  now += MINUTE - 1;
  expect(running.pseudonymKey('acme')).toEqual(before);
  now += 2;
  const after = running.pseudonymKey('acme');
  expect(after).not.toEqual(before);
  expect(running.pseudonymKey('other')).toEqual(neighbour);
  expect(createKeyRing(MASTER, createPseudonymSalts(dataDir, false)).pseudonymKey('acme')).toEqual(after);
});

describe('replicas that share a keys file', () => {
  const ringOf = (keysFile: string) => loadKeyRing({ dataDir, keysFile, log });

  test('agree without a folder of salts, and make none', async () => {
    await mkdir(join(dataDir, 'one'));
    await mkdir(join(dataDir, 'two'));
    const one = await ringOf(join(dataDir, 'one', 'keys.json'));
    await writeFile(join(dataDir, 'two', 'keys.json'), await readFile(join(dataDir, 'one', 'keys.json')));
    const two = await ringOf(join(dataDir, 'two', 'keys.json'));
    expect(one.pseudonymKey('acme')).toEqual(two.pseudonymKey('acme'));
    expect(one.pseudonymKey('acme')).not.toEqual(one.pseudonymKey('other'));
    expect(await readdir(join(dataDir, 'one'))).toEqual(['keys.json']);
  });

  test('agree through the folder beside it, once somebody made it', async () => {
    const keysFile = join(dataDir, 'keys.json');
    const unsalted = (await ringOf(keysFile)).pseudonymKey('acme');
    await mkdir(join(dataDir, 'pseudonyms'));
    const [one, two] = [await ringOf(keysFile), await ringOf(keysFile)];
    expect(one.pseudonymKey('acme')).toEqual(two.pseudonymKey('acme'));
    expect(one.pseudonymKey('acme')).not.toEqual(unsalted);
    expect(await readdir(join(dataDir, 'pseudonyms'))).toHaveLength(1);
  });
});

test.each(['acme', 'Acme', 'a:b', 'a.b', '../../etc/passwd', '..', 'ü', 'x'.repeat(300), '', 'con:', 'a/b'])(
  'the tenant %j has a file of its own inside the folder',
  async (tenant) => {
    const salts = createPseudonymSalts(dataDir, false);
    expect(salts.saltOf(tenant)).toHaveLength(32);
    expect(salts.saltOf(tenant)).toEqual(salts.saltOf(tenant));
    expect(await readdir(dataDir)).toEqual([basename(saltFileOf(dataDir, tenant))]);
  },
);

test('ids that differ in case only have two files', () => {
  expect(saltFileOf(dataDir, 'Acme').toLowerCase()).not.toBe(saltFileOf(dataDir, 'acme').toLowerCase());
});

test('a bad file is an error that names it and holds nothing of it', async () => {
  const path = saltFileOf(dataDir, 'acme');
  await writeFile(path, '{"version":1,"salt":"canary"}');
  const saltOf = (): Buffer => createPseudonymSalts(dataDir, false).saltOf('acme');
  expect(saltOf).toThrow(KeysError);
  expect(saltOf).toThrow(path);
  expect(saltOf).not.toThrow(/canary/);
});

test('a folder that cannot be made is an error that says what is needed', async () => {
  await writeFile(join(dataDir, 'file'), '');
  const { saltOf } = createPseudonymSalts(join(dataDir, 'file', 'pseudonyms'), false);
  expect(() => saltOf('acme')).toThrow(KeysError);
});
