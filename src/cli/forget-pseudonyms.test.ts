import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadKeyRing } from '../runtime/keys.ts';
import { forgetPseudonyms } from './forget-pseudonyms.ts';
import { EXIT, type CliIo } from './io.ts';

let cwd = '';
let said = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'forget-'));
  said = '';
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const say = (text: string): void => void (said += text);
const io = (): CliIo => ({
  stdout: say,
  stderr: say,
  env: {},
  cwd,
  columns: 100,
  color: false,
  interactive: false,
});
const args = { configs: [], sets: [], json: true, quiet: false, tenant: 'acme' };
const keyOf = async (tenant: string): Promise<string> =>
  (await loadKeyRing({ dataDir: join(cwd, 'data'), log: { warn: say } })).pseudonymKey(tenant).toString('hex');

test('the tenant gets another key, its neighbour keeps its own', async () => {
  const [before, neighbour] = [await keyOf('acme'), await keyOf('other')];
  expect(forgetPseudonyms(args, io())).toBe(EXIT.done);
  expect(said).toBe('{"tenant":"acme","forgotten":true}\n');
  expect(await keyOf('acme')).not.toBe(before);
  expect(await keyOf('other')).toBe(neighbour);
});

test('a tenant without a key is not found', () => {
  expect(forgetPseudonyms({ ...args, json: false }, io())).toBe(EXIT.notFound);
  expect(said).toContain('acme has no pseudonym key');
});
