// From the archive into a store: everything once where it is missing, nothing where it is not.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import directory from '../../plugins/exporters/directory/plugin.ts';
import sqlite from '../../plugins/exporters/sqlite/plugin.ts';
import type { ExporterPlugin } from '../../src/sdk/index.ts';
import { componentContext, exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { betalogs } from './archive-support.ts';

const signal = new AbortController().signal;
const EVENTS = 300;
let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-replay-'));
  const exporter = await started(directory);
  const events = exampleEvents(EVENTS, (i) => ({
    tenantId: i < 200 ? 'acme' : 'globex',
    receivedAt: `2026-11-23T1${Math.floor(i / 100)}:00:00Z`,
    // More than a double holds: the bytes must come back as they are.
    data: { orderId: `o-${i}` },
  }));
  await exporter.export(storedBatch(events.slice(0, 250), '1-aaaaaaaaaaaaaaaa'), signal);
  // The last fifty anew, and fifty that a sender sent again.
  await exporter.export(storedBatch(events.slice(200), '2-aaaaaaaaaaaaaaaa'), signal);
  await exporter.stop();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const started = async (plugin: ExporterPlugin) => {
  const exporter = plugin.create(plugin.config.parse({}), componentContext({ id: plugin.type, dataDir }));
  await exporter.start?.();
  return exporter;
};

const storedRows = (): number => {
  const db = new DatabaseSync(join(dataDir, 'events.db'), { readOnly: true });
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM events').get()!['n']);
  } finally {
    db.close();
  }
};

const replay = async (...argv: string[]) => {
  const answer = await betalogs(dataDir, 'replay', '--json', '--data-dir', dataDir, ...argv);
  return { ...answer, counts: JSON.parse(answer.stdout === '' ? '{}' : answer.stdout) as Record<string, unknown> };
};

test('an empty store has everything once; a full one gets nothing', async () => {
  const first = await replay('--to', 'sqlite');
  expect(first).toMatchObject({ exitCode: 0, counts: { ok: true, events: EVENTS, repeated: 50, delivered: EVENTS } });
  expect(storedRows()).toBe(EVENTS);
  expect((await replay('--to', 'sqlite')).exitCode).toBe(0);
  expect(storedRows()).toBe(EVENTS);
});

test('the bytes are those that were archived', async () => {
  await replay('--to', 'sqlite');
  const reader = sqlite.reader!(sqlite.config.parse({}), componentContext({ dataDir }));
  const [event] = exampleEvents(1, () => ({ receivedAt: '2026-11-23T10:00:00Z', data: { orderId: 'o-0' } }));
  expect((await reader.event('acme', event!.eventId))?.line).toBe(JSON.stringify(event));
  await reader.close();
});

test('beside a running writer', async () => {
  const writer = await started(sqlite);
  await writer.export(storedBatch(exampleEvents(1)), signal);
  expect((await replay('--to', 'sqlite')).counts).toMatchObject({ delivered: EVENTS });
  await writer.stop();
  expect(storedRows()).toBe(EVENTS);
});

test('a tenant and a window by the time of receipt', async () => {
  const { counts } = await replay(
    ...['--to', 'sqlite', '--tenant', 'acme'],
    ...['--since', '2026-11-23T11:00:00Z', '--until', '2026-11-23T12:00:00Z'],
  );
  expect(counts).toMatchObject({ events: 100, delivered: 100 });
  expect(storedRows()).toBe(100);
});

test('--dry-run counts and delivers nothing, and needs no store', async () => {
  expect((await replay('--dry-run')).counts).toMatchObject({ events: EVENTS, delivered: 0, dryRun: true });
  expect((await replay('--dry-run', '--to', 'sqlite')).counts).toMatchObject({ events: EVENTS, delivered: 0 });
  await expect(readFile(join(dataDir, 'events.db'))).rejects.toThrow('ENOENT');
});

test('--rate holds it to so many events a second', async () => {
  const begun = performance.now();
  await replay('--to', 'sqlite', '--tenant', 'globex', '--rate', '100');
  expect(performance.now() - begun).toBeGreaterThan(900);
});

test('a damaged object delivers nothing and is told with exit 5; the rest is delivered', async () => {
  const { stdout } = await betalogs(dataDir, 'archive', 'list', '--json', '--data-dir', dataDir);
  const listed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { key: string; count: number });
  expect(listed.map(({ count }) => count)).toEqual([100, 100, 50, 100]);
  const path = join(dataDir, 'archive', listed[1]!.key);
  const bytes = await readFile(path);
  bytes[20] = bytes[20]! ^ 1;
  await writeFile(path, bytes);
  const { exitCode, counts } = await replay('--to', 'sqlite');
  expect([exitCode, counts['delivered']]).toEqual([5, 200]);
  expect(counts['findings']).toMatchObject([{ code: 'ARCHIVE_OBJECT_CHANGED', key: listed[1]!.key }]);
  expect(storedRows()).toBe(200);
});

test('archive list --events: each id once, the lines as they are', async () => {
  const { stdout } = await betalogs(dataDir, 'archive', 'list', '--events', '--data-dir', dataDir);
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { eventId: string }).eventId);
  expect(ids).toHaveLength(EVENTS);
  expect(new Set(ids).size).toBe(EVENTS);
});

test.each([
  [['--to', 'nowhere'], 'no exporter of that id (it has sqlite, directory)'],
  [[], '--to: name the exporter'],
  [['--to', 'directory'], 'into a store, not into an archive'],
  [['--to', 'sqlite', '--since', 'yesterday'], '--since'],
  [['--to', 'sqlite', '--archive', 'elsewhere'], 'no archive of that id (it has directory)'],
  [['--to', 'sqlite', '--public-key', 'missing.pem'], '--public-key: missing.pem: ENOENT'],
])('a command line that is wrong: %j', async (argv, words) => {
  const { exitCode, stderr } = await replay(...argv);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
