// What a correlation asks of a large file is answered from indexes: no question reads a tenant's events through.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForWriting } from './open-database.ts';
import { countCarrying, selectCarrying, selectEvents, selectLinked, type Select } from './select.ts';

const EVENTS = 100_000;
const FILL = `
  CREATE TEMP TABLE numbers AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${EVENTS - 1}) SELECT i FROM n;
  INSERT INTO events (tenant_id, event_id, ts_ns, received_at, category, action, outcome, severity, service_name, environment, correlation_id, doc)
    SELECT 'acme', printf('%08d', i), i * 1000000000, i, 'business', 'x.a', 'success', 9, 'checkout', 'production', 'c-' || (i / 5), '{}' FROM numbers;
  INSERT INTO event_keys SELECT 'acme', 'itemId', 'i-' || (i / 3), i * 1000000000, printf('%08d', i), 'secondary' FROM numbers;
  INSERT INTO event_links SELECT 'acme', 'l-' || (i / 4), i * 1000000000, printf('%08d', i), 'business_key' FROM numbers;
  ANALYZE;
`;

let directory = '';
let db: DatabaseSync;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'betalogs-plan-'));
  db = openForWriting(join(directory, 'events.db'));
  db.exec(FILL);
});
afterAll(async () => {
  db.close();
  await rm(directory, { recursive: true, force: true });
});

const page = { limit: 1000 };
const behind = { ...page, after: { timestampNs: 50_000_000_000_000n, eventId: '00050000' } };
const key = { type: 'itemId', value: 'i-7' };
const place = { service: 'checkout', environment: 'production', sinceNs: 0n, untilNs: 1_800_000_000_000n };

test.each<[string, Select | undefined, string[]]>([
  ['the group', selectEvents('acme', { correlation: 'c-7' }, page), ['events_by_correlation']],
  ['its next page', selectEvents('acme', { correlation: 'c-7' }, behind), ['events_by_correlation']],
  ['what links to it', selectLinked('acme', 'l-7', page), ['PRIMARY KEY', 'sqlite_autoindex_events_1']],
  ['what carries a key', selectCarrying('acme', key, page), ['PRIMARY KEY', 'sqlite_autoindex_events_1']],
  ['its next page of a key', selectCarrying('acme', key, behind), ['PRIMARY KEY', 'sqlite_autoindex_events_1']],
  ['how many carry it', countCarrying('acme', key, 10_001), ['PRIMARY KEY']],
  ['what failed after a deployment', selectEvents('acme', { ...place, outcome: 'error' }, page), ['events_by_time']],
])('%s is found by its index', (_, select, indexes) => {
  const { sql, values } = select!;
  const steps = db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map(({ detail }) => String(detail));
  expect(steps.filter((step) => /^SCAN (?!\(subquery)/.test(step))).toEqual([]);
  expect(steps.filter((step) => step.startsWith('SEARCH')).map((step) => /USING (?:COVERING )?(?:INDEX )?([\w ]+?) \(/.exec(step)?.[1])).toEqual(indexes); // prettier-ignore
});

test('a group of 100,000 events, its links and keys are read without passing the others', () => {
  const rows = (select: Select | undefined): number => db.prepare(select!.sql).all(...select!.values).length;
  expect(rows(selectEvents('acme', { correlation: 'c-7' }, page))).toBe(5);
  expect(rows(selectLinked('acme', 'l-7', page))).toBe(4);
  expect(rows(selectCarrying('acme', key, page))).toBe(3);
});
