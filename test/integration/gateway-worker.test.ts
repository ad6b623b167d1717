// gateway.yaml and worker.yaml as they stand: one takes, the other stores, NATS between them.
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';
import { heldByOpenSearch, heldByPostgres, heldByS3, startStores, type Stores } from '../support/stores.ts';

let stores: Stores;
let gateway: CollectorProcess;
const workers: CollectorProcess[] = [];
const directory = temporaryDirectory();

const start = (name: string, file: string): Promise<CollectorProcess> => {
  const own = join(directory, name);
  mkdirSync(own);
  // One keys file: a sender-named event has the same fingerprint wherever it is processed.
  const env = { ...stores.env, BETALOGS_KEYS_FILE: join(directory, 'keys.json') };
  return startCollectorProcess({ directory: own, file, env });
};

beforeAll(async () => {
  stores = await startStores();
  gateway = await start('gateway', 'gateway.yaml');
  for (const name of ['worker-1', 'worker-2']) workers.push(await start(name, 'worker.yaml'));
}, 180_000);
afterAll(async () => {
  await Promise.all([gateway, ...workers].map((collector) => collector?.kill()));
  await stores?.stop();
  await rm(directory, { recursive: true, force: true });
});

const BATCHES = 20;
const send = async (batch: number): Promise<string[]> => {
  const events = Array.from({ length: 50 }, (_, i) => ({
    category: 'business',
    action: 'checkout_started',
    actor: { id: 'u-1', type: 'app_user' },
    object: { type: 'order', id: `o-${batch}-${i}` },
    data: { orderId: `o-${batch}-${i}` },
  }));
  const answer = await fetch(`http://${gateway.endpoints['http']}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { results: { eventId: string }[] }).results.map(({ eventId }) => eventId);
};

test('what the gateway acknowledged is in Postgres, OpenSearch and S3 once, whichever worker stored it', async () => {
  const sent: string[] = [];
  for (let batch = 0; batch < BATCHES; batch++) sent.push(...(await send(batch)));
  await caughtUp(gateway);
  await expect.poll(async () => (await allEvents(workers[0]!)).length, { timeout: 60_000 }).toBe(sent.length);
  await Promise.all(workers.map((collector) => caughtUp(collector)));
  const inPostgres = await heldByPostgres(stores);
  expect([...inPostgres.keys()].toSorted()).toEqual(sent.toSorted());
  expect([...inPostgres.values()].every((times) => times === 1)).toBe(true);
  expect(await heldByOpenSearch(stores)).toEqual(inPostgres);
  expect(await heldByS3(stores)).toEqual(inPostgres);
}, 120_000);
