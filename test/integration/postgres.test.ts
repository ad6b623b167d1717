// The postgres exporter on a real server: what is stored, and what is refused.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import type { Exporter } from '../../src/sdk/index.ts';
import { exampleEvent, exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { codesOf, deliver, send, sqlAt, startExporter, type Sql } from './postgres-support.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let sql: Sql;
let exporter: Exporter;
const opened: Exporter[] = [];

const open = async (options: Readonly<Record<string, unknown>> = {}): Promise<Exporter> => {
  const one = await startExporter(server.url, options);
  opened.push(one);
  return one;
};
const stored = async (): Promise<number> => Number((await sql('SELECT count(*) FROM events'))[0]!['count']);

beforeAll(async () => {
  server = await startPostgres();
  sql = sqlAt(server.url);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  exporter = await open();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

const event = (own: Partial<CanonicalEvent> = {}): CanonicalEvent => exampleEvent({ eventId: randomUUID(), ...own });
const named = (fingerprint: string, own: Partial<CanonicalEvent> = {}): CanonicalEvent =>
  event({ ...own, integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300, fingerprint } });

test('an event is a row of typed columns, its line as it was, and rows for its keys and links', async () => {
  const one = event({
    timestamp: '2026-11-23T10:00:00.123456789Z',
    service: { name: 'checkout', environment: 'production' },
    error: { class: 'database', retriable: true },
    security: { violation: { type: 'brute_force', severity: 'high', confidence: 1, blocked: true } },
    correlation: {
      correlationId: 'c-1',
      method: 'trace',
      confidence: 1,
      traceId: 'a'.repeat(32),
      businessKeys: { orderId: 'o-1', itemId: 'i-1' },
      links: [{ correlationId: 'c-2', type: 'orderId' }, { correlationId: 'c-2' }, { correlationId: 'c-3' }],
    },
    attributes: { 'retention.class': 'long' },
  });
  expect(codesOf(await send(exporter, [one]))).toEqual(['stored']);
  const line = JSON.stringify(one);
  expect((await sql('SELECT *, occurred_at::text AS at, doc::text AS json FROM events'))[0]).toMatchObject({
    tenant_id: 'acme',
    event_id: one.eventId,
    at: '2026-11-23 10:00:00.123456+00',
    ts_ns: '1795428000123456789',
    category: 'business',
    action: 'checkout_started',
    outcome: 'pending',
    severity: 9,
    actor_id: 'u-42',
    object_type: 'order',
    object_id: 'o-1001',
    service_name: 'checkout',
    environment: 'production',
    trace_id: 'a'.repeat(32),
    correlation_id: 'c-1',
    violation_type: 'brute_force',
    error_class: 'database',
    retention_class: 'long',
    content_hash: one.integrity.contentHash,
    size: Buffer.byteLength(line),
    cleaned: false,
    line,
  });
  expect(await sql('SELECT key_type, key_value, role FROM event_keys ORDER BY key_type')).toEqual([
    { key_type: 'itemId', key_value: 'i-1', role: 'secondary' },
    { key_type: 'orderId', key_value: 'o-1', role: 'primary' },
  ]);
  expect(await sql('SELECT correlation_id, type FROM event_links ORDER BY correlation_id')).toEqual([
    { correlation_id: 'c-2', type: 'orderId' },
    { correlation_id: 'c-3', type: null },
  ]);
});

describe('one event that Postgres refuses among 1,000', () => {
  const POISON = 'x.poison';
  const batch = (at: number) =>
    storedBatch(exampleEvents(1000, (i) => ({ eventId: randomUUID(), ...(i === at && { action: POISON }) })));
  const raise = (sqlState: string): Promise<unknown> =>
    sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.action = '${POISON}' THEN RAISE 'CANARY %', NEW.line USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()`);

  test.each([
    ['22001', 0], ['22003', 1], ['22008', 499], ['22021', 500], ['22P02', 501], ['22P05', 999], ['23502', 7], ['23503', 77],
    ['23505', 512], ['23514', 511], ['54000', 640], ['54001', 321], ['P0001', 998],
  ])('%s at %i: the others are stored, it alone is dead', async (sqlState, at) => {
    await raise(sqlState);
    const { letters, attempts } = await deliver(exporter, batch(at));
    expect(letters.map(({ code }) => code)).toEqual([`sqlstate_${sqlState.toLowerCase()}`]);
    expect(letters[0]!.line).toContain(POISON);
    expect(letters[0]!.message).not.toContain('CANARY');
    expect(await stored()).toBe(999);
    expect(attempts - 1).toBeLessThanOrEqual(Math.ceil(Math.log2(1000)) + 1);
  }); // prettier-ignore

  test('five among them: 995 stored, five dead, within the bound', async () => {
    await raise('22003');
    const bad = new Set([3, 4, 400, 777, 999]);
    const events = exampleEvents(1000, (i) => ({ eventId: randomUUID(), ...(bad.has(i) && { action: POISON }) }));
    const { letters, attempts } = await deliver(exporter, storedBatch(events));
    expect(letters.map(({ eventId }) => String(eventId)).toSorted()).toEqual(
      [...bad].map((i) => events[i]!.eventId).toSorted(),
    );
    expect(await stored()).toBe(995);
    expect(attempts - 1).toBeLessThanOrEqual(bad.size * (Math.ceil(Math.log2(1000)) + 1));
  });
});

test.each([
  ['NUL', { description: 'a\0b' }, 'a\ufffdb'],
  ['half of a surrogate pair', { description: 'a\ud83eb' }, 'a\ufffdb'],
  ['the other half', { description: '\udd80b' }, '\ufffdb'],
  ['a whole pair beside it', { description: '\u{1F9D1}\ud83e' }, '\u{1F9D1}\ufffd'],
  ['an escaped backslash before what looks like one', { description: '\\u0000 \0' }, '\\u0000 \ufffd'],
])('%s is cleaned at the value, and the row is marked', async (_, own, cleaned) => {
  const [soiled, clean] = [event(own), event({ description: '\\u0000\\ud83e' })];
  expect(codesOf(await send(exporter, [clean, soiled]))).toEqual(['stored', 'stored']);
  const rows = await sql(`SELECT event_id, cleaned, doc ->> 'description' AS said, line FROM events`);
  expect(rows.find(({ event_id }) => event_id === soiled.eventId)).toMatchObject({
    cleaned: true,
    said: cleaned,
    line: JSON.stringify(soiled),
  });
  expect(rows.find(({ event_id }) => event_id === clean.eventId)).toMatchObject({
    cleaned: false,
    said: '\\u0000\\ud83e',
  });
});

describe('partitions', () => {
  const ofYear = (year: number): CanonicalEvent => event({ timestamp: `${year}-02-28T23:59:59.999999999Z` });
  const thisYear = new Date().getUTCFullYear();
  const partitions = async (parent: string): Promise<string[]> =>
    (
      await sql(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = '${parent}'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => String(name));

  test('this month and the next three are there from the start, and none is the default', async () => {
    expect(await partitions('events')).toHaveLength(4);
    expect(await sql(`SELECT FROM pg_partitioned_table WHERE partdefid <> 0`)).toEqual([]);
  });

  test('one that is missing is made, for the three tables alike', async () => {
    expect(codesOf(await send(exporter, [ofYear(thisYear - 2), event(), ofYear(thisYear - 3)]))).toEqual([
      'stored',
      'stored',
      'stored',
    ]);
    const made = await partitions('events');
    expect(made).toContain(`events_p${thisYear - 2}0201_${thisYear - 2}0301`);
    for (const parent of ['event_keys', 'event_links'])
      expect(await partitions(parent)).toEqual(made.map((name) => name.replace('events', parent)));
  });

  test('one that somebody drops meanwhile is made again', async () => {
    await send(exporter, [ofYear(thisYear - 2)]);
    await sql(`DROP TABLE events_p${thisYear - 2}0201_${thisYear - 2}0301, event_keys_p${thisYear - 2}0201_${thisYear - 2}0301,
      event_links_p${thisYear - 2}0201_${thisYear - 2}0301`);
    expect(codesOf(await send(exporter, [ofYear(thisYear - 2)]))).toEqual(['stored']);
    expect(await stored()).toBe(1);
  });

  test('a time outside of what is accepted is dead, alone', async () => {
    const narrow = await open({ accept_past: '3650d', accept_ahead: '2d' });
    const outcomes = await send(narrow, [
      ofYear(thisYear - 12),
      event({ timestamp: new Date().toISOString() }),
      ofYear(thisYear + 2),
      ofYear(9999),
      event({ timestamp: '0001-01-01T00:00:00Z' }),
    ]);
    const dead = 'dead time_out_of_range';
    expect(codesOf(outcomes)).toEqual([dead, 'stored', dead, dead, dead]);
    expect(await stored()).toBe(1);
  });

  test('weeks after months part what the months have left', async () => {
    const weekly = await open({ partition: 'week' });
    const times = Array.from(
      { length: 120 },
      (_, day) => new Date(Date.UTC(thisYear, new Date().getUTCMonth() + 3, day)),
    );
    const events = times.map((time) => event({ timestamp: time.toISOString() }));
    expect(new Set(codesOf(await send(weekly, events)))).toEqual(new Set(['stored']));
    expect(await stored()).toBe(events.length);
  });
});

describe('the same event again', () => {
  test('20 times at once from two exporters: once in every table', async () => {
    const other = await open();
    const batch = storedBatch(
      exampleEvents(300, (i) => ({
        eventId: randomUUID(),
        tenantId: `tenant-${i % 3}`,
        correlation: {
          correlationId: 'c',
          method: 'explicit',
          confidence: 1,
          businessKeys: { orderId: `o-${i}` },
          links: [{ correlationId: `l-${i}` }],
        },
        ...(i % 2 === 0 && {
          integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300, fingerprint: `f-${i}` },
        }),
      })),
    );
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => deliver(i % 2 === 0 ? exporter : other, batch)),
    );
    expect(results.flatMap(({ letters }) => letters)).toEqual([]);
    const counts = await sql(`SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM event_keys) AS keys,
      (SELECT count(*) FROM event_links) AS links, (SELECT count(*) FROM event_ids) AS ids`);
    expect(counts).toEqual([{ events: '300', keys: '300', links: '300', ids: '150' }]);
  });

  test('twice in one batch: once', async () => {
    const [one, two] = [event(), named('f')];
    expect(codesOf(await send(exporter, [one, two, one, two]))).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(await stored()).toBe(2);
  });

  test('one that its sender named, with another time in another month: a duplicate', async () => {
    const first = named('f');
    await send(exporter, [first]);
    expect(codesOf(await send(exporter, [{ ...first, timestamp: '2026-09-01T00:00:00Z' }, event()]))).toEqual([
      'stored',
      'stored',
    ]);
    expect(await stored()).toBe(2);
    expect(await sql(`SELECT FROM events WHERE occurred_at < '2026-11-01'`)).toEqual([]);
  });

  test('one that its sender named, with other content: id_conflict, and the first stays', async () => {
    const first = named('f');
    await send(exporter, [first]);
    const second = named('g', { eventId: first.eventId, description: 'other' });
    const elsewhere = named('g', { eventId: first.eventId, tenantId: 'globex' });
    expect(codesOf(await send(exporter, [event(), second, first, elsewhere]))).toEqual([
      'stored',
      'dead id_conflict',
      'stored',
      'stored',
    ]);
    expect(await sql(`SELECT line FROM events WHERE event_id = '${first.eventId}' AND tenant_id = 'acme'`)).toEqual([
      { line: JSON.stringify(first) },
    ]);
  });

  test('two contents under one name in one batch: the first is stored, the second a conflict', async () => {
    const first = named('f');
    const second = named('g', { eventId: first.eventId });
    expect(codesOf(await send(exporter, [first, second]))).toEqual(['stored', 'dead id_conflict']);
  });

  test('two contents under one name at once: exactly one is a conflict', async () => {
    const other = await open();
    const pairs = Array.from({ length: 30 }, () => {
      const eventId = randomUUID();
      return [named('f', { eventId }), named('g', { eventId, timestamp: '2026-10-01T00:00:00Z' })] as const;
    });
    for (const [first, second] of pairs) {
      const outcomes = await Promise.all([send(exporter, [first]), send(other, [second])]);
      expect(codesOf(outcomes.flat()).toSorted()).toEqual(['dead id_conflict', 'stored']);
    }
    expect(await stored()).toBe(pairs.length);
  });

  test('the ledger forgets after 35 days, and not before', async () => {
    const [old, young] = [named('f'), named('f')];
    await send(exporter, [old, young]);
    await sql(
      `UPDATE event_ids SET seen_at = now() - CASE event_id WHEN '${old.eventId}' THEN interval '36 days' ELSE interval '34 days' END`,
    );
    await open();
    await vi.waitFor(async () =>
      expect(await sql('SELECT event_id FROM event_ids')).toEqual([{ event_id: young.eventId }]),
    );
  });
});
