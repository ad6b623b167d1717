// The postgres exporter while its server and its network fail: nothing lost, nothing twice.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase, type Session } from '../../plugins/exporters/postgres/connect.ts';
import { applyRetention } from '../../plugins/exporters/postgres/retention.ts';
import { Secret, type Exporter } from '../../src/sdk/index.ts';
import { exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { seeded } from '../bench/seeded.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { codesOf, deliver, send, sqlAt, startExporter, type Sql } from './postgres-support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let server: TestServer;
let proxy: TcpProxy;
let sql: Sql;
const opened: Exporter[] = [];

const open = async (url: string, options: Readonly<Record<string, unknown>> = {}): Promise<Exporter> => {
  const exporter = await startExporter(url, options);
  opened.push(exporter);
  return exporter;
};
const newEvents = (count: number) =>
  exampleEvents(count, (i) => ({
    eventId: randomUUID(),
    correlation: { correlationId: 'c', method: 'explicit', confidence: 1, businessKeys: { orderId: `o-${i}` } },
    ...(i % 3 === 0 && { integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300, fingerprint: `f-${i}` } }),
  }));
const storedIds = async (): Promise<string[]> =>
  (await sql('SELECT event_id::text AS id FROM events ORDER BY 1')).map(({ id }) => String(id));
/** Every id once. */
const expectExactly = async (ids: readonly string[]): Promise<void> => {
  expect(await storedIds()).toEqual([...ids].toSorted((a, b) => (a < b ? -1 : 1)));
  expect(await sql('SELECT count(*)::int AS count FROM event_keys')).toEqual([{ count: ids.length }]);
};

beforeAll(async () => {
  server = await startPostgres();
  sql = sqlAt(server.url);
  proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: Number(new URL(server.url).port) } });
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});
beforeEach(() => sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((exporter) => exporter.stop()));
});

const byProxy = (): string => proxy.url('postgres', 'postgres@', '/postgres');

/** Holds a lock for as long as `work` runs. */
const whileLocked = async <T>(lock: string, work: () => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`BEGIN; ${lock}`);
  try {
    return await work();
  } finally {
    await client.end();
  }
};

test('kill -9 of the server under load, ten times: every event once', async () => {
  const exporters = [await open(server.url), await open(server.url)];
  const ids: string[] = [];
  const stop = new AbortController();
  const load = async (exporter: Exporter): Promise<void> => {
    while (!stop.signal.aborted) {
      const events = newEvents(200);
      const { letters } = await deliver(exporter, storedBatch(events));
      expect(letters).toEqual([]);
      ids.push(...events.map(({ eventId }) => eventId));
    }
  };
  const loads = exporters.map(load);
  for (let kills = 0; kills < 10; kills++) {
    const before = ids.length;
    await vi.waitFor(() => expect(ids.length).toBeGreaterThan(before + 400), { timeout: 20_000, interval: 5 });
    await server.kill();
    await server.start();
  }
  stop.abort();
  await Promise.all(loads);
  await expectExactly(ids);
});

describe('a connection that is cut', () => {
  test('after the server has committed and before it is heard: stored once', async () => {
    // With one connection, the first batch comes after what the start has set going.
    const exporter = await open(byProxy(), { pool_size: 1 });
    const [first, ...events] = newEvents(51);
    await send(exporter, [first!]);
    proxy.cutOn('toClient', Buffer.from('SELECT 1'), 'before');
    expect(new Set((await send(exporter, events)).map(({ status }) => status))).toEqual(new Set(['retry']));
    expect(await storedIds()).toHaveLength(51);
    expect(new Set(codesOf(await send(exporter, events)))).toEqual(new Set(['stored']));
    await expectExactly([first!, ...events].map(({ eventId }) => eventId));
  });

  test('when the server has heard all and answers nobody: stored once', async () => {
    const exporter = await open(byProxy());
    const events = newEvents(50);
    proxy.cutOn('toTarget', Buffer.from(events.at(-1)!.eventId), 'after');
    expect((await deliver(exporter, storedBatch(events))).letters).toEqual([]);
    await expectExactly(events.map(({ eventId }) => eventId));
  });

  test('at 200 random bytes of either direction: every event once', async () => {
    const exporter = await open(byProxy());
    const random = seeded(42);
    const ids: string[] = [];
    const cutsBefore = proxy.stats.cuts;
    for (let round = 0; round < 200; round++) {
      const events = newEvents(20);
      if (random.below(2) === 0) proxy.cutAfterBytes('toTarget', random.below(22_000));
      else proxy.cutAfterBytes('toClient', random.below(120));
      expect((await deliver(exporter, storedBatch(events))).letters).toEqual([]);
      ids.push(...events.map(({ eventId }) => eventId));
    }
    expect(proxy.stats.cuts - cutsBefore).toBeGreaterThan(100);
    await expectExactly(ids);
  });

  test('while nobody uses it: the next batch has another', async () => {
    const exporter = await open(server.url);
    const events = newEvents(3);
    await send(exporter, events.slice(0, 1));
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'betalogs'`);
    expect((await deliver(exporter, storedBatch(events))).letters).toEqual([]);
    await expectExactly(events.map(({ eventId }) => eventId));
  });
});

test('a network that swallows everything: answered when the signal says so, and stored afterwards', async () => {
  const exporter = await open(byProxy());
  const events = newEvents(10);
  proxy.stall(true);
  const outcomes = await exporter.export(storedBatch(events), AbortSignal.timeout(300));
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['retry']));
  proxy.stall(false);
  expect((await deliver(exporter, storedBatch(events))).letters).toEqual([]);
  await expectExactly(events.map(({ eventId }) => eventId));
});

test('a connection whose answer was given up is not used again', async () => {
  const exporter = await open(server.url, { pool_size: 1, lock_timeout: '1m', statement_timeout: '1m' });
  await send(exporter, newEvents(1));
  const pids = async (): Promise<unknown[]> =>
    (
      await sql(
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'betalogs' AND query LIKE '%betalogs_write%'`,
      )
    ).map(({ pid }) => pid);
  const before = await pids();
  const events = newEvents(2);
  await whileLocked('LOCK TABLE events IN ACCESS EXCLUSIVE MODE', async () => {
    const outcomes = await exporter.export(storedBatch(events), AbortSignal.timeout(200));
    expect(outcomes.map(({ status }) => status)).toEqual(['retry', 'retry']);
  });
  expect(codesOf(await send(exporter, events))).toEqual(['stored', 'stored']);
  await vi.waitFor(async () => expect((await pids()).filter((pid) => before.includes(pid))).toEqual([]));
});

test('a server that is not there yet: the start says so, and the next one works', async () => {
  await proxy.refuse(true);
  await expect(startExporter(byProxy())).rejects.toThrow(
    'cannot prepare Postgres: no connection to Postgres (ECONNREFUSED)',
  );
  await proxy.refuse(false);
  const exporter = await open(byProxy());
  expect(codesOf(await send(exporter, newEvents(1)))).toEqual(['stored']);
});

describe('a server that answers, but does not take it now', () => {
  test.each([
    [
      'a lock',
      { lock_timeout: '200ms' },
      { status: 'retry', reason: 'Postgres does not take it now (SQLSTATE 55P03)' },
    ],
    [
      'a statement that takes too long',
      { lock_timeout: '1m', statement_timeout: '300ms' },
      { status: 'retry', reason: 'the statement took too long (SQLSTATE 57014)', tooMuch: true },
    ],
  ])('%s', async (_, options, outcome) => {
    const exporter = await open(server.url, options);
    const events = newEvents(2);
    expect(await whileLocked('LOCK TABLE events IN ACCESS EXCLUSIVE MODE', () => send(exporter, events))).toEqual([
      outcome,
      outcome,
    ]);
    expect(codesOf(await send(exporter, events))).toEqual(['stored', 'stored']);
  });

  test('read-only, as after a failover: retried on another connection', async () => {
    const exporter = await open(server.url);
    const pids = async (): Promise<unknown> =>
      sql(`SELECT pid FROM pg_stat_activity WHERE application_name = 'betalogs' ORDER BY pid`);
    await send(exporter, newEvents(1));
    const before = await pids();
    await sql(`ALTER SYSTEM SET default_transaction_read_only = on`);
    await sql('SELECT pg_reload_conf()');
    const events = newEvents(5);
    await vi.waitFor(async () =>
      expect((await sql('SHOW default_transaction_read_only'))[0]).toEqual({ default_transaction_read_only: 'on' }),
    );
    expect((await send(exporter, events))[0]).toEqual({
      status: 'retry',
      reason: 'this server does not take writes (SQLSTATE 25006)',
    });
    const client = new pg.Client({ connectionString: server.url, options: '-c default_transaction_read_only=off' });
    await client.connect();
    await client.query('ALTER SYSTEM RESET default_transaction_read_only');
    await client.query('SELECT pg_reload_conf()');
    await client.end();
    expect((await deliver(exporter, storedBatch(events))).letters).toEqual([]);
    expect(await pids()).not.toEqual(before);
  });

  test('batches of the same events in any order do not deadlock', async () => {
    const [one, two] = [await open(server.url), await open(server.url)];
    // Without a fingerprint: else the ledger's rows would part the batches first.
    const events = exampleEvents(400, (i) => ({
      eventId: randomUUID(),
      correlation: { correlationId: 'c', method: 'explicit', confidence: 1, businessKeys: { orderId: `o-${i}` } },
    }));
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        deliver(i % 2 === 0 ? one : two, storedBatch(i % 2 === 0 ? events : events.toReversed())),
      ),
    );
    await expectExactly(events.map(({ eventId }) => eventId));
    // What a backend has counted is told when it ends.
    await Promise.all(opened.splice(0).map((exporter) => exporter.stop()));
    expect((await sql('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()'))[0]).toEqual({
      deadlocks: 0,
    });
  });
});

describe('retention', () => {
  const thisYear = new Date().getUTCFullYear();
  const at = (monthsAgo: number, own: object = {}) => {
    const time = new Date(Date.UTC(thisYear, new Date().getUTCMonth() - monthsAgo, 15, 12));
    return { ...exampleEvents(1)[0]!, eventId: randomUUID(), timestamp: time.toISOString(), ...own };
  };
  const ofClass = (name: string) => ({ attributes: { 'retention.class': name } });
  const NAMES = { schema: 'public', owner: 'betalogs_owner', writer: 'betalogs_writer', reader: 'betalogs_reader' };
  const DAY_MS = 86_400_000;
  const partitions = async (): Promise<number> =>
    Number(
      (await sql(`SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^event(s|_keys|_links)_p'`))[0]![
        'count'
      ],
    );
  const tend = async (around = (session: Session): Session => session): Promise<void> => {
    const database = openDatabase({
      url: new Secret(server.url),
      applicationName: 'tending',
      poolSize: 1,
      connectTimeoutMs: 5000,
      statementTimeoutMs: 0,
      lockTimeoutMs: 0,
    });
    const classes = new Map([
      ['short', 30 * DAY_MS],
      ['long', 2000 * DAY_MS],
    ]);
    const options = { names: NAMES, classes, defaultMs: 300 * DAY_MS };
    await database.session((session) => applyRetention(around(session), options));
    await database.close();
  };

  test('drops the partitions all of whose events are expired, and no others', async () => {
    const [kept, gone] = [
      [at(0), at(6), at(13, ofClass('long')), at(14, ofClass('hold')), at(15, ofClass('unknown')), at(4)],
      [at(12), at(16), at(3, ofClass('short'))],
    ];
    const exporter = await open(server.url);
    const mixed = at(4, ofClass('short'));
    expect(new Set(codesOf(await send(exporter, [...kept, ...gone, mixed])))).toEqual(new Set(['stored']));
    const before = await partitions();
    const tending = { enabled: true, default: '300d', classes: { short: '30d', long: '2000d' } };
    await open(server.url, { retention: tending });
    await vi.waitFor(async () => expect(await partitions()).toBe(before - 3 * gone.length), { timeout: 20_000 });
    expect(await storedIds()).toEqual(
      [...kept, mixed].map(({ eventId }) => eventId).toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(await partitions()).toBe(before - 3 * gone.length);
    // A late event of a dropped month makes its partition again.
    expect(codesOf(await send(exporter, [at(12)]))).toEqual(['stored']);
  });

  test('two collectors that tend at once, and writers meanwhile, lose nothing', async () => {
    const exporter = await open(server.url);
    const late = Array.from({ length: 40 }, (_, i) => at(12 + (i % 4), i % 2 === 0 ? ofClass('hold') : {}));
    await send(exporter, [at(12), at(13), at(14), at(15)]);
    const writes = (async () => {
      for (const event of late) expect((await deliver(exporter, storedBatch([event]))).letters).toEqual([]);
    })();
    await Promise.all([writes, tend(), tend(), delay(50).then(() => tend())]);
    await tend();
    const held = late.filter((event) => 'attributes' in event).map(({ eventId }) => eventId);
    const ids = new Set(await storedIds());
    expect(held.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('an event that comes between the look and the detaching keeps its partition', async () => {
    const exporter = await open(server.url);
    const late = at(12, ofClass('hold'));
    await send(exporter, [at(12)]);
    const before = await partitions();
    let isSent = false;
    await tend((session) => ({
      ...session,
      run: async (text) => {
        if (text.includes('DETACH') && !isSent) {
          isSent = true;
          expect(codesOf(await send(exporter, [late]))).toEqual(['stored']);
        }
        return session.run(text);
      },
    }));
    expect(isSent).toBe(true);
    expect(await storedIds()).toContain(late.eventId);
    expect(await partitions()).toBe(before);
    expect(codesOf(await send(exporter, [at(12)]))).toEqual(['stored']);
  });

  test('goes on where a crash left it between detaching and dropping', async () => {
    const exporter = await open(server.url);
    await send(exporter, [at(12), at(0)]);
    const before = await partitions();
    const [row] = await sql(
      `SELECT tableoid::regclass AS name FROM events WHERE occurred_at < now() - interval '300 days'`,
    );
    await sql(`ALTER TABLE events DETACH PARTITION ${String(row!['name'])}`);
    expect((await send(exporter, [at(12)]))[0]).toEqual({
      status: 'retry',
      reason: 'Postgres does not take it now (SQLSTATE 55006)',
    });
    await tend();
    expect(await partitions()).toBe(before - 3);
    expect(codesOf(await send(exporter, [at(12)]))).toEqual(['stored']);
  });
});
