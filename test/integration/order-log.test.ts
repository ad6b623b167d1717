// An order is what names it or one of its items, in every store: packages are shown, nothing is merged or left alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import opensearch from '../../plugins/exporters/opensearch/plugin.ts';
import postgres from '../../plugins/exporters/postgres/plugin.ts';
import sqlite from '../../plugins/exporters/sqlite/plugin.ts';
import { groupOfKey } from '../../src/event/business-keys.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import type { Correlation, EventQueries } from '../../src/sdk/index.ts';
import { createEventStore } from '../../src/store/event-store.ts';
import { openReadable, type ReadableStore } from '../../src/testkit/readable-store.ts';
import { fakeKeyRing } from '../../src/testkit/fakes.ts';
import { startOpenSearch } from '../support/servers/opensearch.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { expectations, orderLog, processed, TENANT, type Expected, type OrderLog } from './order-log-support.ts';
import { ANY_TIME } from './postgres-support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const BATCH = 1000;
const writeLog = async (log: OrderLog, store: ReadableStore): Promise<EventQueries> => {
  const events = await processed(log.events);
  expect(events).toHaveLength(log.events.length);
  for (let i = 0; i < events.length; i += BATCH) await store.write(events.slice(i, i + BATCH));
  return createEventStore({ reader: store.reader, keys: fakeKeyRing() });
};

const idsOf = ({ events }: { readonly events: Correlation['events'] }): string[] =>
  events.map(({ event }) => event.eventId).toSorted();

/** The answer in the words of `expectations`; what is no package stands out. */
const asExpected = (found: Correlation | undefined): Expected => ({
  eventIds: found === undefined ? [] : idsOf(found),
  packages: new Map(
    (found?.links ?? [])
      .map((link): [string, string[]] => [
        link.type === 'package' ? link.key.value : `${link.type}: not a package`,
        idsOf(link),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ),
});

const checkEveryOrder = async (log: OrderLog, store: EventQueries): Promise<void> => {
  const expected = expectations(log);
  for (const order of log.orders) {
    const found = await store.correlation(TENANT, groupOfKey(TENANT, { type: 'orderId', value: order }));
    expect({ order, ...asExpected(found) }).toEqual({ order, ...expected.get(order) });
    expect(found!.truncated).toBe(false);
    for (const { event, linkedBy } of found!.events)
      expect([order, linkedBy === undefined]).toEqual([order, event.correlation.businessKeys?.['orderId'] === order]);
  }
};

describe('a log of 2,000 orders', () => {
  const log = orderLog(2000, 20_261_128);
  let dataDir = '';
  let store: ReadableStore;
  let queries: EventQueries;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'betalogs-orders-'));
    store = await openReadable(sqlite, {}, dataDir);
    queries = await writeLog(log, store);
  });
  afterAll(async () => {
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('is what it claims to be', () => {
    const shared = [...expectations(log).values()].flatMap(({ packages }) => [...packages.keys()]);
    expect(shared.length).toBeGreaterThan(new Set(shared).size + 500);
    const named = (key: 'orderId' | 'itemId' | 'packageId') => log.events.filter(({ names }) => Object.keys(names).join() === key); // prettier-ignore
    expect(named('itemId').length).toBeGreaterThan(2000);
    expect(named('packageId').length).toBeGreaterThan(2000);
  });

  test('no event is in no group, and none is in the group of another thing', async () => {
    const events = new Map((await processed(log.events)).map((event) => [event.eventId, event]));
    for (const { eventId, names } of log.events) {
      const [type, value] = Object.entries(names)[0]!;
      const { correlation }: CanonicalEvent = events.get(eventId)!;
      expect(correlation.correlationId).toBe(groupOfKey(TENANT, { type, value }));
    }
  });

  test('each order is exactly the events that name it or one of its items, in SQLite', () =>
    checkEveryOrder(log, queries));
});

describe.each<[string, () => Promise<TestServer>, (server: TestServer) => Promise<ReadableStore>]>([
  [
    'Postgres',
    startPostgres,
    (server) => openReadable(postgres, { url: server.url, schema: 'orders', ...ANY_TIME }, '/nonexistent'),
  ],
  [
    'OpenSearch',
    startOpenSearch,
    async (server) => {
      const config = { url: server.url, replicas: 0, index_prefix: 'orders-', tenant_aliases: false };
      const store = await openReadable(opensearch, config, '/nonexistent');
      const write = async (events: readonly CanonicalEvent[]): Promise<void> => {
        await store.write(events);
        expect((await fetch(`${server.url}/_refresh`, { method: 'POST' })).status).toBe(200);
      };
      return { ...store, write };
    },
  ],
])('a log of 60 orders in %s', (_, start, open) => {
  let server: TestServer;
  let store: ReadableStore;
  beforeAll(async () => {
    server = await start();
    store = await open(server);
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  test('each order is exactly the events that name it or one of its items', async () => {
    const log = orderLog(60, 7);
    await checkEveryOrder(log, await writeLog(log, store));
  });
});
