import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Exporter } from '../../../src/sdk/index.ts';
import { componentContext, exampleEvents, exporterSuite, storedBatch } from '../../../src/testkit/index.ts';
import plugin from './plugin.ts';

const linesIn = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').slice(0, -1);
const idsIn = async (path: string): Promise<string[]> =>
  (await linesIn(path)).map((line) => (JSON.parse(line) as { eventId: string }).eventId);

exporterSuite(plugin, { storedIds: (dataDir) => idsIn(join(dataDir, 'events.ndjson')) });

let dataDir = '';
let path = '';
const running: Exporter[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-file-'));
  path = join(dataDir, 'events.ndjson');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((exporter) => exporter.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

const signal = new AbortController().signal;
const created = (config: object = {}): Exporter => {
  const exporter = plugin.create(plugin.config.parse(config), componentContext({ dataDir }));
  running.push(exporter);
  return exporter;
};
const events = exampleEvents(6);
const [line = ''] = events.map((event) => JSON.stringify(event));
const ids = events.map(({ eventId }) => eventId);

test('the bytes are those that were journaled, and only the owner reads them', async () => {
  const batch = storedBatch(events);
  await created().export(batch, signal);
  expect(await readFile(path)).toEqual(Buffer.from(batch.lines));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test.each([
  ['half an event', line.slice(0, 40)],
  ['a whole event without its newline', line],
  ['a block that was never written', '\0'.repeat(512)],
])('%s at the end is cut before the next event', async (_, tail) => {
  await writeFile(path, `${line}\n${tail}`);
  await created().export(storedBatch(events.slice(1)), signal);
  expect(await idsIn(path)).toEqual(ids);
});

test('cut anywhere: what is read is whole events, and what came after the start is all there', async () => {
  const whole = Buffer.from(storedBatch(events.slice(0, 2)).lines);
  const first = whole.indexOf('\n') + 1;
  for (let end = 0; end <= whole.length; end += 7) {
    await writeFile(path, whole.subarray(0, end));
    const exporter = created({ fsync: false });
    await exporter.export(storedBatch(events.slice(2)), signal);
    expect(await idsIn(path)).toEqual([...ids.slice(0, end < first ? 0 : end < whole.length ? 1 : 2), ...ids.slice(2)]);
  }
});

test.each(['a letter to my aunt', 'x'.repeat(1_100_000)])('a file that is not ours is not touched', async (text) => {
  await writeFile(path, text);
  const outcomes = await created().export(storedBatch(events), signal);
  expect(outcomes.map(({ status }) => status)).toEqual(events.map(() => 'stop'));
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('rotates before the batch that does not fit, keeps max_files, loses the oldest only', async () => {
  const batchBytes = storedBatch(events.slice(0, 1)).lines.length;
  const exporter = created({ max_bytes: `${batchBytes * 2}B`, max_files: 2 });
  for (const event of events) await exporter.export(storedBatch([event]), signal);
  expect((await readdir(dataDir)).toSorted()).toEqual(['events.ndjson', 'events.ndjson.1']);
  expect(await idsIn(path)).toEqual(ids.slice(4));
  expect(await idsIn(`${path}.1`)).toEqual(ids.slice(2, 4));
});

test('a batch larger than a file goes whole into one of its own', async () => {
  const exporter = created({ max_bytes: '10B' });
  await exporter.export(storedBatch(events.slice(0, 3)), signal);
  await exporter.export(storedBatch(events.slice(3)), signal);
  expect(await idsIn(`${path}.1`)).toEqual(ids.slice(0, 3));
  expect(await idsIn(path)).toEqual(ids.slice(3));
});

test('a folder that cannot be made is an unhealthy store, and is taken up again when it is mended', async () => {
  const exporter = created({ path: 'sub/events.ndjson' });
  await writeFile(join(dataDir, 'sub'), 'in the way');
  const refused = await exporter.export(storedBatch(events), signal);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['stop']));
  await rm(join(dataDir, 'sub'));
  await exporter.export(storedBatch(events), signal);
  expect(await idsIn(join(dataDir, 'sub/events.ndjson'))).toEqual(ids);
});
