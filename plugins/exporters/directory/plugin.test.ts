import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exporter } from '../../../src/sdk/index.ts';
import { componentContext, exampleEvents, exporterSuite, storedBatch } from '../../../src/testkit/index.ts';
import plugin from './plugin.ts';

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

const readers: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  zst: (bytes) => zstdDecompressSync(bytes),
  gz: (bytes) => gunzipSync(bytes),
  ndjson: (bytes) => bytes,
};

const linesOf = async (file: string): Promise<string[]> =>
  readers[file.split('.').at(-1)!]!(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n');

/** The objects, without the manifests beside them. */
const objectsIn = async (dataDir: string): Promise<string[]> =>
  (await filesIn(join(dataDir, 'archive'))).filter((file) => !file.endsWith('.json'));

const archivedIds = async (dataDir: string): Promise<string[]> => {
  const lines = await Promise.all((await objectsIn(dataDir)).map(linesOf));
  return lines.flat().map((line) => (JSON.parse(line) as { eventId: string }).eventId);
};

exporterSuite(plugin, { storedIds: archivedIds, collapses: true });

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-directory-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const signal = new AbortController().signal;
const started = async (config: object = {}): Promise<Exporter> => {
  const exporter = plugin.create(plugin.config.parse(config), componentContext({ dataDir }));
  await exporter.start?.();
  return exporter;
};

test.each([
  ['zstd', 'ndjson.zst'],
  ['gzip', 'ndjson.gz'],
  ['none', 'ndjson'],
])('%s: the name ends with .%s and the lines come back as they were', async (compression, extension) => {
  const events = exampleEvents(100);
  await (await started({ compression })).export(storedBatch(events), signal);
  const [file, ...others] = await objectsIn(dataDir);
  expect(others).toEqual([]);
  expect(file!.endsWith(`.${extension}`)).toBe(true);
  expect(await linesOf(file!)).toEqual(events.map((event) => JSON.stringify(event)));
});

test('only the owner reads it: files 0600, folders 0700', async () => {
  await (await started()).export(storedBatch(exampleEvents(1)), signal);
  const paths = await readdir(dataDir, { recursive: true, withFileTypes: true });
  for (const entry of paths) {
    const { mode } = await stat(join(entry.parentPath, entry.name));
    expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700]);
  }
});

test('an object that is there is never written again', async () => {
  const exporter = await started();
  await exporter.export(storedBatch(exampleEvents(3)), signal);
  const [file] = await objectsIn(dataDir);
  const before = await stat(file!);
  await exporter.export(storedBatch(exampleEvents(3)), signal);
  const after = await stat(file!);
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
});

test('what a crash left half written is removed at the next start and never seen as an object', async () => {
  await (await started()).export(storedBatch(exampleEvents(1)), signal);
  await writeFile(join(dataDir, 'archive', '.drafts', 'half'), 'half');
  await started();
  expect(await readdir(join(dataDir, 'archive', '.drafts'))).toEqual([]);
  expect(await archivedIds(dataDir)).toHaveLength(1);
});

test('an archive that was removed under a running exporter is made again', async () => {
  const exporter = await started();
  await exporter.export(storedBatch(exampleEvents(1)), signal);
  await rm(join(dataDir, 'archive'), { recursive: true });
  const statuses = new Set<string>();
  for (let attempt = 0; attempt < 2; attempt++) {
    statuses.clear();
    for (const { status } of await exporter.export(storedBatch(exampleEvents(2)), signal)) statuses.add(status);
  }
  expect([...statuses]).toEqual(['stored']);
  expect(await archivedIds(dataDir)).toHaveLength(2);
});

test('an object that cannot be placed holds its own events only', async () => {
  const exporter = await started();
  const events = exampleEvents(4, (i) => ({ tenantId: i % 2 === 0 ? 'acme' : 'globex' }));
  await exporter.export(storedBatch(events.slice(0, 1)), signal);
  await writeFile(join(dataDir, 'archive', 'v1', 'tenant=globex'), 'in the way');
  expect(await exporter.export(storedBatch(events), signal)).toEqual([
    { status: 'stored' },
    { status: 'stop', reason: 'ENOTDIR' },
    { status: 'stored' },
    { status: 'stop', reason: 'ENOTDIR' },
  ]);
});

test('a tenant that cannot name a folder becomes a dead letter, alone, without its name', async () => {
  const exporter = await started();
  const events = exampleEvents(3, (i) => ({ tenantId: i === 1 ? '../canary' : 'acme' }));
  const outcomes = await exporter.export(storedBatch(events), signal);
  expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'dead', 'stored']);
  expect(JSON.stringify(outcomes)).not.toContain('canary');
  expect((await readdir(dataDir)).toSorted()).toEqual(['archive', 'archive-writers']);
});

test('a level that the compression does not have is refused', () => {
  expect(plugin.config.safeParse({ compression: 'gzip', level: 10 }).success).toBe(false);
  expect(plugin.config.safeParse({ compression: 'zstd', level: 19 }).success).toBe(true);
});
