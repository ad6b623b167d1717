import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isFaulty, parseTenantsFile, takenBy } from '../config/tenants-file.ts';
import { runCli } from './program.ts';

const FILE = `# who may send
tenants:
  - id: acme # the first customer
    api_keys:
      # of the shop, until the spring
      - prefix: blk_aaaaaaaa
        sha256: ${'a'.repeat(64)}
        scopes: [ingest]
        expires: 2026-01-01T00:00:00Z
    # of the mesh
    mtls:
      - san: "URI:spiffe://example/acme"
  # nobody yet
  - id: globex
`;

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenant-'));
  file = join(folder, 'tenants.yaml');
  writeFileSync(file, FILE, { mode: 0o644 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const cli = async (...argv: string[]) => {
  const out = { stdout: '', stderr: '' };
  const code = await runCli(['tenant', 'key', ...argv], {
    stdout: (text) => void (out.stdout += text),
    stderr: (text) => void (out.stderr += text),
    env: {},
    cwd: folder,
    columns: 120,
    color: false,
    interactive: false,
    stop: new AbortController().signal,
  });
  return { code, ...out };
};
const text = (): string => readFileSync(file, 'utf8');
const on = ['--file', 'tenants.yaml'];
const create = (tenant: string, ...more: string[]) => cli('create', '--tenant', tenant, ...on, ...more);
const states = async (): Promise<string[]> => {
  const { keys } = JSON.parse((await cli('list', ...on, '--json')).stdout) as {
    keys: { tenant: string; state: string; scopes: string[] }[];
  };
  return keys.map(({ tenant, state, scopes }) => `${tenant} ${state} ${scopes.join()}`);
};

describe('create', () => {
  test('shows the secret once, and writes its hash beside what is there, comments and all', async () => {
    const made = await create('acme', '--scope', 'read', '--scope', 'ingest', '--expires', '2036-01-01T00:00:00Z');
    expect(made.code).toBe(0);
    const key = made.stdout.trim();
    expect(key).toMatch(/^blk_[\w-]{43}$/);
    const added = `      - prefix: ${key.slice(0, 12)}
        sha256: ${createHash('sha256').update(key).digest('hex')}
        scopes: [ingest, read]
        expires: 2036-01-01T00:00:00Z
`;
    expect(text()).toBe(FILE.replace('    # of the mesh', `${added}    # of the mesh`));
    expect(made.stderr).not.toContain(key);
    expect(made.stderr).toContain(key.slice(0, 12));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['tenants.yaml']);
    expect(isFaulty(parseTenantsFile({ name: file, text: text(), taken: takenBy([]), nowMs: 0 }))).toBe(false);
  });

  test('with --json is one document, and nothing else', async () => {
    const { stdout, stderr } = await create('globex', '--json');
    const { key, prefix, tenant, scopes } = JSON.parse(stdout) as Record<string, unknown>;
    expect([tenant, scopes, String(key).slice(0, 12)]).toEqual(['globex', ['ingest'], prefix]);
    expect(stderr).toBe('');
  });

  test('adds a tenant, and a file, that is not there', async () => {
    expect((await create('umbrella')).code).toBe(0);
    expect(await states()).toEqual(['acme expired ingest', 'umbrella active ingest']);
    rmSync(file);
    expect((await create('acme')).code).toBe(0);
    expect(await states()).toEqual(['acme active ingest']);
  });

  test('a third active key is refused and named, until one is revoked', async () => {
    const keys = [await create('globex'), await create('globex')].map(({ stdout }) => stdout.trim());
    const before = text();
    const third = await create('globex');
    expect([third.code, third.stdout]).toEqual([1, '']);
    expect(third.stderr).toBe(
      `betalogs: tenant "globex" has 2 active keys already, ${keys.map((key) => key.slice(0, 12)).join(' and ')}: revoke one first, betalogs tenant key revoke PREFIX\n`,
    );
    expect(text()).toBe(before);
    expect((await cli('revoke', keys[0]!.slice(0, 12), ...on)).code).toBe(0);
    expect((await create('globex')).code).toBe(0);
  });

  test.each([
    ['a scope that is none', ['--scope', 'write'], 2, '--scope: expected one of: ingest, read, replay, admin'],
    ['a time that is none', ['--expires', 'soon'], 2, '--expires: expected a time'],
    ['a file that is wrong', [], 2, 'tenants.yaml:1:16: tenants.0.id: expected text'],
  ])('%s is refused', async (_, more, code, words) => {
    if (more.length === 0) writeFileSync(file, 'tenants: [{id: 1}]\n');
    const before = text();
    const answer = await create('acme', ...more);
    expect([answer.code, answer.stdout, text()]).toEqual([code, '', before]);
    expect(answer.stderr).toContain(words);
  });

  test('the file is the one that the configuration names; a tenant of the configuration itself is left there', async () => {
    const yaml = `receivers: { http: }
exporters: { sqlite: }
processors: { validate: , normalize: , redact: }
tenants: { list: [{ id: inline }], file: ./tenants.yaml }
service: { pipelines: { events: { receivers: [http], processors: [validate, normalize, redact], exporters: [sqlite] } } }
`;
    writeFileSync(join(folder, 'app.yaml'), yaml);
    expect((await cli('create', '--tenant', 'globex', '--config', 'app.yaml')).code).toBe(0);
    expect(await states()).toContain('globex active ingest');
    const inline = await cli('create', '--tenant', 'inline', '--config', 'app.yaml');
    expect([inline.code, inline.stderr]).toEqual([1, expect.stringContaining('move it to ./tenants.yaml first')]);
    writeFileSync(join(folder, 'app.yaml'), yaml.replace(', file: ./tenants.yaml', ''));
    expect((await cli('list', '--config', 'app.yaml')).code).toBe(2);
  });
});

describe('list and revoke', () => {
  test('a table, without a hash', async () => {
    expect((await cli('list', ...on)).stdout).toBe(
      'tenant  prefix        state    scopes  expires\nacme    blk_aaaaaaaa  expired  ingest  2026-01-01T00:00:00Z\n',
    );
  });

  test('revoke keeps the key, with the time; a second time changes nothing', async () => {
    expect((await cli('revoke', 'blk_aaaaaaaa', ...on)).code).toBe(0);
    expect(text()).toMatch(/revoked: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n {4}# of the mesh/);
    expect(await states()).toEqual(['acme revoked ingest']);
    const once = text();
    expect((await cli('revoke', `blk_aaaaaaaa${'x'.repeat(35)}`, ...on)).code).toBe(0);
    expect(text()).toBe(once);
  });

  test('a prefix that is none is exit code 4', async () => {
    expect((await cli('revoke', 'blk_bbbbbbbb', ...on)).code).toBe(4);
    expect(text()).toBe(FILE);
  });
});
