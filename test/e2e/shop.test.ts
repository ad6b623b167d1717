// A real service, the real SDK, the real collector: one failed order, told by every signal, is one story.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILED_STORY, shopForAWhile, SOLD_STORY, type Click } from '../../scripts/demo/customers.ts';
import { operationsOf, sendOperations } from '../../scripts/demo/operations.ts';
import { startCollector, startShop, type Endpoints, type Program } from '../../scripts/demo/programs.ts';
import { allOf, traceOf } from '../../scripts/demo/stored.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';

const STORED_WITHIN_MS = 20_000;

let folder = '';
let collector: Program<{ readonly endpoints: Endpoints }>;
let shop: Program<{ readonly shop: string }>;
let clicks: { readonly sold: readonly Click[]; readonly failed: Click };
const operations = operationsOf(new Date());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'betalogs-shop-'));
  collector = await startCollector(folder);
  shop = await startShop(folder, collector.ready.endpoints);
  await sendOperations(collector.ready.endpoints.http, operations);
  clicks = await shopForAWhile(shop.ready.shop);
});
afterAll(async () => {
  await shop?.stop();
  await collector?.stop();
  await rm(folder, { recursive: true, force: true });
});

const storyOf = (click: Click, actions: readonly string[]): Promise<readonly CanonicalEvent[]> =>
  traceOf(collector.ready.endpoints.query, click.traceId, actions, STORED_WITHIN_MS);
const one = (events: readonly CanonicalEvent[], action: string): CanonicalEvent =>
  events.find((event) => event.action === action)!;

test('the failed order is one group, each of its events once', async () => {
  expect(clicks.failed.status).toBe(503);
  const events = await storyOf(clicks.failed, FAILED_STORY);
  expect(events.map(({ action }) => action).toSorted()).toEqual(FAILED_STORY);
  const groups = new Set(events.map(({ correlation }) => correlation.correlationId));
  expect([...groups]).toEqual([`trace:${clicks.failed.traceId}`]);
});

test('it tells what the database and the provider said', async () => {
  const events = await storyOf(clicks.failed, FAILED_STORY);
  const database = one(events, 'db_error');
  expect(database).toMatchObject({ category: 'system', outcome: 'error', service: { name: 'storefront' } });
  expect(database.error).toMatchObject({
    class: 'database',
    type: 'DatabaseError',
    code: '5',
    message: 'database is locked',
    dependency: 'sqlite',
  });
  expect(database.attributes).toMatchObject({ 'db.system.name': 'sqlite', 'error.type': 'SQLITE_BUSY' });
  expect(one(events, 'downstream_timeout')).toMatchObject({
    outcome: 'timeout',
    error: { class: 'timeout', retriable: true, dependency: 'payment-provider' },
  });
  expect(one(events, 'request_received')).toMatchObject({ request: { method: 'POST', statusCode: 503 } });
  expect(one(events, 'order_failed')).toMatchObject({
    category: 'business',
    outcome: 'failure',
    outcomeCode: 'SQLITE_BUSY',
    actor: { id: 'u-77' },
    object: { type: 'order', id: clicks.failed.orderId },
    service: { name: 'storefront', environment: 'demo' },
  });
});

test('the spans hang together: what the shop asked for stands below the request', async () => {
  const events = await storyOf(clicks.failed, FAILED_STORY);
  const request = one(events, 'request_received').correlation.spanId;
  expect(request).toMatch(/^[0-9a-f]{16}$/);
  for (const action of ['db_error', 'downstream_timeout']) {
    expect(one(events, action).correlation.parentSpanId).toBe(request);
  }
  for (const action of ['checkout_started', 'order_failed', 'x.shop.buy.clicked']) {
    expect(one(events, action).correlation.spanId).toBe(request);
  }
});

test('each order that was sold is a story of its own', async () => {
  for (const click of clicks.sold) {
    expect(click.status).toBe(201);
    const events = await storyOf(click, SOLD_STORY);
    expect(events.map(({ action }) => action).toSorted()).toEqual(SOLD_STORY);
  }
});

test('all four categories are stored, and no password that was guessed', async () => {
  const count = operations.length + FAILED_STORY.length + clicks.sold.length * SOLD_STORY.length;
  const events = await allOf(collector.ready.endpoints.query, count, STORED_WITHIN_MS);
  expect(events).toHaveLength(count);
  expect(new Set(events.map(({ category }) => category))).toEqual(
    new Set(['business', 'system', 'delivery', 'security']),
  );
  expect(JSON.stringify(events)).not.toMatch(/guess-\d/);
});

test('stopped, it has delivered everything', async () => {
  expect(await shop.stop()).toBe(0);
  expect(await collector.stop()).toBe(0);
});
