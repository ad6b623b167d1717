import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';
import {
  archivedLines,
  heldByOpenSearch,
  heldByPostgres,
  heldByS3,
  openSearchSources,
  startStores,
  type Stores,
} from '../support/stores.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const FULL = fileURLToPath(new URL('../../config/full.yaml', import.meta.url));

let stores: Stores;
let collector: CollectorProcess;
const directory = temporaryDirectory();

beforeAll(async () => {
  stores = await startStores();
  collector = await startCollectorProcess({ directory, file: 'full.yaml', env: stores.env });
}, 180_000);
afterAll(async () => {
  await collector?.kill();
  await stores?.stop();
  await rm(directory, { recursive: true, force: true });
});

const business = (orderId: string) => ({
  category: 'business',
  action: 'order_failed',
  actor: { id: 'u-1', type: 'app_user' },
  object: { type: 'order', id: orderId },
  data: { orderId },
});
const system = (orderId: string) => ({
  category: 'system',
  action: 'db_error',
  service: { name: 'shop' },
  data: { orderId },
});

const send = async (events: readonly object[]): Promise<string[]> => {
  const answer = await fetch(`http://${collector.endpoints['http']}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { results: { eventId: string }[] }).results.map(({ eventId }) => eventId);
};

const sendOtlp = async (): Promise<void> => {
  const attributes = [
    { key: 'activity.category', value: { stringValue: 'business' } },
    { key: 'user.id', value: { stringValue: 'u-1' } },
    { key: 'order.id', value: { stringValue: 'o-otlp' } },
  ];
  const logRecords = [{ timeUnixNano: `${Date.now()}000000`, eventName: 'checkout_started', attributes }];
  const answer = await fetch(`http://${collector.endpoints['otlp/http']}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] }),
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({});
};

const publish = async (event: object): Promise<void> => {
  const connection = await connect({ servers: stores.nats.url });
  connection.publish('events.default.business', JSON.stringify(event));
  await connection.drain();
};

test('full.yaml as it stands: what comes by HTTP, OTLP and NATS is in Postgres, OpenSearch and S3, once', async () => {
  const sent = await send([...Array.from({ length: 50 }, (_, i) => business(`o-${i}`)), system('o-1')]);
  await sendOtlp();
  await publish(business('o-nats'));
  await expect.poll(async () => (await allEvents(collector)).length, { timeout: 60_000 }).toBe(sent.length + 2);
  await caughtUp(collector);
  const inPostgres = await heldByPostgres(stores);
  expect([...inPostgres.values()].every((times) => times === 1)).toBe(true);
  expect(inPostgres.size).toBe(sent.length + 2);
  expect(sent.filter((id) => !inPostgres.has(id))).toEqual([]);
  expect(await heldByOpenSearch(stores)).toEqual(inPostgres);
  expect(await heldByS3(stores)).toEqual(inPostgres);
}, 120_000);

test('the query API reads Postgres: by object, and a group over all its events', async () => {
  const [event] = await allEvents(collector, '&object=order:o-1');
  expect(event).toMatchObject({ action: 'order_failed', outcome: 'failure', severity: 13 });
  const answer = await fetch(
    `http://${collector.endpoints['query']}/v1/correlations/${event!.correlation.correlationId}`,
  );
  const { events } = (await answer.json()) as { events: { action: string }[] };
  expect(events.map(({ action }) => action).toSorted()).toEqual(['db_error', 'order_failed']);
});

const replay = async (): Promise<{ code: number; stderr: string }> => {
  const args = ['replay', '--config', FULL, '--data-dir', join(directory, 'data'), '--to', 'opensearch', '--quiet'];
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...stores.env } });
  const stderr = text(child.stderr);
  const [code] = (await once(child, 'exit')) as [number];
  return { code, stderr: await stderr };
};

test('a replay of the archive adds nothing to a full OpenSearch, and restores an emptied one, field for field', async () => {
  const before = await heldByOpenSearch(stores);
  expect(await replay()).toMatchObject({ code: 0 });
  expect(await heldByOpenSearch(stores)).toEqual(before);

  await fetch(`${stores.opensearch.url}/act-*`, { method: 'DELETE' });
  expect(await replay()).toMatchObject({ code: 0 });
  expect(await heldByOpenSearch(stores)).toEqual(before);
  const restored = new Set(await openSearchSources(stores));
  expect((await archivedLines(stores)).filter((line) => !restored.has(line))).toEqual([]);
}, 120_000);

test('a store that is down never delays the ready line, and gets what it missed when it is back', async () => {
  await stores.postgres.kill();
  await collector.kill();
  collector = await startCollectorProcess({ directory, file: 'full.yaml', env: stores.env });
  const sent = await send([business('o-late')]);
  await stores.postgres.start();
  await caughtUp(collector);
  const inPostgres = await heldByPostgres(stores);
  expect(inPostgres.get(sent[0]!)).toBe(1);
  expect(await heldByOpenSearch(stores)).toEqual(inPostgres);
}, 120_000);
