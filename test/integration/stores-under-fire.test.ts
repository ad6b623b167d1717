// Each store is killed and started again under load, and its connections are cut where it hurts: nothing that was
// acknowledged is lost, nothing is there twice, and no store waits for another.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { caughtUp, pendingFrames } from '../support/query.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { heldByOpenSearch, heldByPostgres, heldByS3, startStores, type Held, type Stores } from '../support/stores.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** OpenSearch takes ten seconds to start: FIRE_ROUNDS=50 kills it as often as the others, in a quarter of an hour. */
const OPENSEARCH_KILLS = Number(process.env['FIRE_ROUNDS'] ?? 3);
const KILLS = 50;
const BATCH = 20;

let stores: Stores;
let collector: CollectorProcess;
let postgresProxy: TcpProxy;
let openSearchProxy: TcpProxy;
const directory = temporaryDirectory();
const hostOf = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) });

beforeAll(async () => {
  stores = await startStores();
  postgresProxy = await startTcpProxy({ target: hostOf(stores.postgres.url) });
  openSearchProxy = await startTcpProxy({ target: hostOf(stores.opensearch.url) });
  const env = {
    ...stores.env,
    BETALOGS_POSTGRES_URL: postgresProxy.url('postgres', 'postgres@', '/postgres'),
    BETALOGS_OPENSEARCH_URL: openSearchProxy.url('http'),
  };
  const sets = ['postgres', 'opensearch', 's3'].map((id) => `exporters.${id}.retry.max_interval=500ms`);
  collector = await startCollectorProcess({ directory, file: 'full.yaml', env, sets });
}, 180_000);
afterAll(async () => {
  await collector?.kill();
  await Promise.all([postgresProxy?.close(), openSearchProxy?.close()]);
  await stores?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Sends batches until it is told to stop; the ids of all that was answered with success. */
const load = (): { stop(): Promise<Set<string>>; sent(): number } => {
  let failure: unknown;
  const acknowledged = new Set<string>();
  let running = true;
  const one = async (n: number): Promise<void> => {
    const events = Array.from({ length: BATCH }, (_, i) => ({
      category: 'business',
      action: 'payment_authorized',
      actor: { id: `u-${i}`, type: 'app_user' },
      object: { type: 'payment', id: `p-${n}-${i}` },
      data: { paymentId: `p-${n}-${i}` },
    }));
    const answer = await fetch(`http://${collector.endpoints['http']}/v1/events/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    if (answer.status !== 202) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
    for (const { eventId } of ((await answer.json()) as { results: { eventId: string }[] }).results) {
      acknowledged.add(eventId);
    }
  };
  const sending = (async () => {
    for (let n = 0; running; n++) await one(n);
  })();
  sending.catch((error: unknown) => {
    failure = error;
  });
  return {
    sent: () => {
      if (failure !== undefined) throw new Error('the sender has stopped', { cause: failure });
      return acknowledged.size;
    },
    stop: async () => {
      running = false;
      await sending;
      return acknowledged;
    },
  };
};

/** Kills and starts a server again; between two kills it stores something more. */
const fire = async (server: TestServer, kills: number, sent: () => number, cut?: () => void): Promise<void> => {
  for (let kill = 0; kill < kills; kill++) {
    const before = sent();
    await expect.poll(sent, { timeout: 30_000, interval: 10 }).toBeGreaterThan(before + BATCH);
    if (cut !== undefined && kill % 2 === 1) cut();
    else {
      await server.kill();
      await server.start();
    }
  }
};

const expectOnce = (held: Held, acknowledged: ReadonlySet<string>): void => {
  expect([...held].filter(([, times]) => times > 1)).toEqual([]);
  expect([...acknowledged].filter((id) => !held.has(id))).toEqual([]);
};

const HELD = { postgres: heldByPostgres, opensearch: heldByOpenSearch, s3: heldByS3 };

test.each([
  ['postgres', () => stores.postgres],
  ['opensearch', () => stores.opensearch],
  ['s3', () => stores.minio],
] as const)('while %s is dark, the others store all that is acknowledged', async (dark, serverOf) => {
  await serverOf().kill();
  const traffic = load();
  await expect.poll(traffic.sent, { timeout: 30_000, interval: 10 }).toBeGreaterThan(10 * BATCH);
  const acknowledged = await traffic.stop();
  await caughtUp(collector, dark);
  expect((await pendingFrames(collector))[dark]).toBeGreaterThan(0);
  for (const [id, held] of Object.entries(HELD)) if (id !== dark) expectOnce(await held(stores), acknowledged);
  await serverOf().start();
  await caughtUp(collector);
  expectOnce(await HELD[dark](stores), acknowledged);
});

test('killed, restarted and cut: every acknowledged event is in each store, once', async () => {
  const traffic = load();
  await Promise.all([
    fire(stores.postgres, KILLS * 2, traffic.sent, () =>
      postgresProxy.cutOn('toTarget', Buffer.from('COMMIT'), 'after'),
    ),
    fire(stores.minio, KILLS, traffic.sent),
    fire(stores.opensearch, OPENSEARCH_KILLS * 2, traffic.sent, () =>
      openSearchProxy.cutOn('toTarget', Buffer.from('/_bulk'), 'after'),
    ),
  ]);
  const acknowledged = await traffic.stop();
  await caughtUp(collector);
  expect(acknowledged.size).toBeGreaterThan(KILLS * BATCH);
  expectOnce(await heldByPostgres(stores), acknowledged);
  expectOnce(await heldByOpenSearch(stores), acknowledged);
  // The archive holds what was journaled, once a frame: a second line would be a second object.
  expectOnce(await heldByS3(stores), acknowledged);
}, 1_800_000);
