// Who may read and write what the postgres exporter keeps, on a real server.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import type { Exporter } from '../../src/sdk/index.ts';
import { exampleEvent, storedBatch } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { send, sqlAt, startExporter, type Sql } from './postgres-support.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let sql: Sql;
let exporter: Exporter;

beforeAll(async () => {
  server = await startPostgres();
  sql = sqlAt(server.url);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  exporter = await startExporter(server.url);
});
afterEach(() => exporter.stop());

describe('who sees what', () => {
  const as = async (role: string, text: string, tenant?: string): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      await client.query(`BEGIN; SET LOCAL ROLE ${role}`);
      if (tenant !== undefined) await client.query(`SELECT set_config('app.tenant_id', $1, true)`, [tenant]);
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  const TABLES = ['events', 'event_keys', 'event_links', 'event_ids'];
  const full = (tenantId: string): CanonicalEvent =>
    exampleEvent({
      eventId: randomUUID(),
      tenantId,
      integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300, fingerprint: 'f' },
      correlation: {
        correlationId: 'c',
        method: 'explicit',
        confidence: 1,
        businessKeys: { orderId: 'o' },
        links: [{ correlationId: 'l' }],
      },
    });
  const partitionOf = async (table: string): Promise<string> =>
    String((await sql(`SELECT tableoid::regclass AS name FROM ${table} LIMIT 1`))[0]!['name']);
  beforeEach(() => send(exporter, [full('acme'), full('acme'), full('globex')]));

  test.each(TABLES)('the reader sees one tenant of %s, and without a tenant nothing', async (table) => {
    const query = `SELECT tenant_id FROM ${table}`;
    expect((await as('betalogs_reader', query, 'acme')).rows).toEqual([{ tenant_id: 'acme' }, { tenant_id: 'acme' }]);
    expect((await as('betalogs_reader', query, 'nobody')).rows).toEqual([]);
    expect((await as('betalogs_reader', query, '')).rows).toEqual([]);
    expect((await as('betalogs_reader', query)).rows).toEqual([]);
  });

  test('a setting that a transaction left behind is empty, not a tenant', async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`SET ROLE betalogs_reader`);
    await client.query(`BEGIN; SELECT set_config('app.tenant_id', 'acme', true); COMMIT`);
    expect((await client.query('SELECT FROM events')).rowCount).toBe(0);
    await client.end();
  });

  test.each(TABLES.slice(0, 3))('a partition of %s cannot be read directly, nor written', async (table) => {
    const partition = await partitionOf(table);
    for (const role of ['betalogs_reader', 'betalogs_writer']) {
      await expect(as(role, `SELECT FROM ${partition}`, 'acme')).rejects.toMatchObject({ code: '42501' });
      await expect(as(role, `DELETE FROM ${partition}`, 'acme')).rejects.toMatchObject({ code: '42501' });
    }
    // Even where somebody has granted it, the policies hold.
    await sql(`GRANT SELECT ON ${partition} TO betalogs_reader`);
    expect((await as('betalogs_reader', `SELECT DISTINCT tenant_id FROM ${partition}`, 'globex')).rows).toEqual([
      { tenant_id: 'globex' },
    ]);
    expect((await as('betalogs_reader', `SELECT FROM ${partition}`)).rowCount).toBe(0);
  });

  test('every table and partition has row-level security, forced', async () => {
    const unguarded =
      await sql(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname LIKE 'event%' AND NOT (relrowsecurity AND relforcerowsecurity)`);
    expect(unguarded).toEqual([]);
  });

  test('the writer reads no event, removes none, makes no table', async () => {
    for (const text of [
      'SELECT FROM events',
      'DELETE FROM events',
      'UPDATE events SET line = line',
      'TRUNCATE events',
      'CREATE TABLE mine ()',
    ])
      await expect(as('betalogs_writer', text, 'acme')).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    ['an event', () => exampleEvent({ tenantId: 'globex', eventId: randomUUID() })],
    ['an event that its sender named', () => full('globex')],
  ])("the writer adds rows of its batch's tenants alone: %s of another stops it", async (_, forge) => {
    const forged = storedBatch([full('acme'), forge()]);
    const index = forged.index.map((ref) => ({ ...ref, tenantId: 'acme' }));
    const outcomes = await exporter.export({ ...forged, index }, new AbortController().signal);
    expect(outcomes.map(({ status }) => status)).toEqual(['stop', 'stop']);
    expect(await sql('SELECT count(*)::int AS count FROM events')).toEqual([{ count: 3 }]);
  });

  test('the owner sees no row by accident', async () => {
    for (const table of TABLES) expect((await as('betalogs_owner', `SELECT FROM ${table}`, 'acme')).rowCount).toBe(0);
  });

  test('the partition functions make no partition for a time that is not accepted, whoever asks', async () => {
    await (await startExporter(server.url, { accept_past: '3650d', accept_ahead: '2d' })).stop();
    const made = `SELECT * FROM betalogs_ensure_partitions(ARRAY['1990-01-01', '2990-01-01']::timestamptz[])`;
    expect((await as('betalogs_writer', made)).rows).toEqual([]);
    await expect(as('betalogs_writer', `SELECT betalogs_create_partition('1990-01-01')`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});
