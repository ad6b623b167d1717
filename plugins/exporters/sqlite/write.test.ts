import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { exampleEvent, exampleEvents, storedBatch } from '../../../src/testkit/index.ts';
import { openForReading, openForWriting } from './open-database.ts';
import { createReads } from './read.ts';
import { createWriter, type WriteAnswer, type Writer } from './write.ts';

let folder = '';
let path = '';
let writer: Writer;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'betalogs-sqlite-write-'));
  path = join(folder, 'inner', 'events.db');
  writer = createWriter(path);
});
afterEach(() => {
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (...events: readonly CanonicalEvent[]): WriteAnswer => writer.write(storedBatch(events).lines);
const rows = (sql: string): Record<string, unknown>[] => {
  const db = new DatabaseSync(path, { readOnly: true });
  const all = db.prepare(sql).all();
  db.close();
  return all.map((row) => ({ ...row }));
};
const count = (table: string): unknown => rows(`SELECT count(*) AS n FROM ${table}`)[0]!['n'];
const ALL_STORED: WriteAnswer = { stored: true, dead: [] };

const named = (fingerprint: string | undefined, description: string): CanonicalEvent =>
  exampleEvent({
    description,
    integrity: {
      contentHash: `sha256:${'0'.repeat(64)}`,
      rawSize: 1,
      ...(fingerprint !== undefined && { fingerprint }),
    },
  });

describe('an id that comes again', () => {
  test.each<[string, string | undefined, string | undefined, boolean]>([
    ['with the same fingerprint is the same event', 'f1', 'f1', false],
    ['with another fingerprint is a conflict', 'f1', 'f2', true],
    ['with none is taken for a repetition', 'f1', undefined, false],
    ['where the first has none is taken for a repetition', undefined, 'f2', false],
    ['without any is a repetition', undefined, undefined, false],
  ])('%s', (_, first, second, conflicts) => {
    expect(write(named(first, 'first'))).toEqual(ALL_STORED);
    const answer = write(exampleEvent({ eventId: 'other' }), named(second, 'second'));
    expect(answer.stored && answer.dead.map(({ position, code }) => [position, code])).toEqual(
      conflicts ? [[1, 'id_conflict']] : [],
    );
    // First write wins, in the columns, the text and the line; its neighbour is stored.
    expect(rows('SELECT doc FROM events ORDER BY event_id').map(({ doc }) => String(doc).includes('"second"'))).toEqual([false, false]); // prettier-ignore
    expect([count('events'), count('events_text')]).toEqual([2, 2]);
  });

  test('within one batch collapses, and a conflict within one batch is found', () => {
    const answer = write(named('f1', 'first'), named('f1', 'first'), named('f2', 'second'));
    expect(answer).toMatchObject({ stored: true, dead: [{ position: 2, code: 'id_conflict' }] });
    expect(count('events')).toBe(1);
  });

  test('batches that overlap in any way leave each event once', () => {
    const events = exampleEvents(40);
    for (const [from, to] of [[0, 10], [5, 25], [0, 40], [39, 40], [10, 30]]) write(...events.slice(from, to)); // prettier-ignore
    expect([count('events'), count('events_text')]).toEqual([40, 40]);
  });

  test('of two tenants is two events', () => {
    expect(write(named('f1', 'a'), { ...named('f2', 'b'), tenantId: 'globex' })).toEqual(ALL_STORED);
    expect(count('events')).toBe(2);
  });
});

describe('what the store will never take', () => {
  const lines = (...texts: readonly string[]): Uint8Array => Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const good = JSON.stringify(exampleEvent());

  test.each([
    ['not JSON', '{"a":', 'line_invalid'],
    ['no object', '5', 'line_invalid'],
    ['not canonical', '{}', 'line_invalid'],
    ['a time beyond int64', JSON.stringify(exampleEvent({ timestamp: '2500-01-01T00:00:00Z' })), 'time_out_of_range'],
    ['a time before int64', JSON.stringify(exampleEvent({ timestamp: '0999-01-01T00:00:00Z' })), 'time_out_of_range'],
    ['a value of another type', JSON.stringify({ ...exampleEvent(), severity: 'CANARY' }), 'store_refused'],
    ['an object for text', JSON.stringify({ ...exampleEvent(), actor: { id: { CANARY: 1 } } }), 'line_invalid'],
    ['an object for a column', JSON.stringify({ ...exampleEvent(), outcome: { CANARY: 1 } }), 'store_refused'],
    ['no number', JSON.stringify({ ...exampleEvent(), severity: null }), 'store_refused'],
  ])('%s is dead alone, and its message holds no value', (_, bad, code) => {
    const neighbour = good.replace('019ab000-0000-7000-8000-000000000001', '019ab000-0000-7000-8000-000000000002');
    const answer = writer.write(lines(bad, neighbour));
    expect(answer).toMatchObject({ stored: true, dead: [{ position: 0, code }] });
    expect(JSON.stringify(answer)).not.toContain('CANARY');
    expect([count('events'), count('events_text')]).toEqual([1, 1]);
  });

  test('an event whose companion rows fail leaves nothing behind', () => {
    writer.open();
    const db = new DatabaseSync(path);
    db.exec("CREATE TRIGGER no_keys BEFORE INSERT ON event_keys BEGIN SELECT RAISE(ABORT, 'CANARY'); END");
    db.close();
    const event = exampleEvent({
      correlation: { correlationId: 'c', method: 'business_key', confidence: 0.9, businessKeys: { orderId: '42' } },
    });
    const answer = write(event, exampleEvent({ eventId: 'neighbour' }));
    expect(answer).toMatchObject({ stored: true, dead: [{ position: 0, code: 'store_refused' }] });
    expect(JSON.stringify(answer)).not.toContain('CANARY');
    expect([count('events'), count('events_text')]).toEqual([1, 1]);
  });
});

test('keeps keys with their roles, and links, for the joins of a correlation', () => {
  const correlation = (own: Partial<CanonicalEvent['correlation']>): Pick<CanonicalEvent, 'correlation'> => ({
    correlation: { correlationId: 'c', method: 'business_key', confidence: 0.9, ...own },
  });
  write(
    exampleEvent({
      ...correlation({
        businessKeys: { orderId: '42', cartId: "';--" },
        links: [{ correlationId: 'x', type: 'orderId' }, { correlationId: 'y' }],
      }),
    }),
    exampleEvent({ eventId: 'second', ...correlation({ method: 'secondary_key', businessKeys: { batchId: '7' } }) }),
  );
  expect(rows('SELECT key_type, key_value, role FROM event_keys ORDER BY key_type')).toEqual([
    { key_type: 'batchId', key_value: '7', role: 'secondary' },
    { key_type: 'cartId', key_value: "';--", role: 'secondary' },
    { key_type: 'orderId', key_value: '42', role: 'primary' },
  ]);
  expect(rows('SELECT correlation_id, type FROM event_links ORDER BY correlation_id')).toEqual([
    { correlation_id: 'x', type: 'orderId' },
    { correlation_id: 'y', type: null },
  ]);
});

test('columns say what the line says', () => {
  write(
    exampleEvent({
      timestamp: '2026-11-23T10:00:00.123456789Z',
      error: { class: 'database', retriable: true },
      security: { violation: { type: 'invalid_token', severity: 'low', confidence: 1, blocked: true } },
    }),
  );
  expect(
    rows(`SELECT CAST(ts_ns AS TEXT) AS ts, category, actor_id, object_type, object_id, violation_type, error_class,
      content_hash, size = octet_length(doc) AS sized FROM events`),
  ).toEqual([
    {
      ts: '1795428000123456789',
      category: 'business',
      actor_id: 'u-42',
      object_type: 'order',
      object_id: 'o-1001',
      violation_type: 'invalid_token',
      error_class: 'database',
      content_hash: `sha256:${'0'.repeat(64)}`,
      sized: 1,
    },
  ]);
});

describe('the file', () => {
  test("and its companions are the owner's alone, even where it stood open before", () => {
    // prettier-ignore
    writer.open();
    writer.close();
    chmodSync(path, 0o644);
    write(exampleEvent());
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(statSync(join(folder, 'inner')).mode & 0o777).toBe(0o700);
  });

  test('of a newer program is refused by writer and reader, and left as it is', () => {
    writer.open();
    writer.close();
    const db = new DatabaseSync(path);
    db.exec("INSERT INTO schema_migrations (version, name, checksum) VALUES (99, 'later', 'x')");
    db.close();
    expect(write(exampleEvent())).toEqual({
      stored: false,
      failure: { class: 'stop', reason: 'the database has schema 99, this program knows 1: use a newer betalogs' },
    });
    expect(() => createReads(path).event('acme', 'x')).toThrow('use a newer betalogs');
    expect(count('events')).toBe(0);
  });

  test('whose migration is not ours is refused', () => {
    writer.open();
    writer.close();
    const db = new DatabaseSync(path);
    db.exec("UPDATE schema_migrations SET checksum = 'edited'");
    db.close();
    expect(writer.open()).toEqual({
      class: 'stop',
      reason: 'migration 1 of the database is not the one of this program',
    });
  });

  test('that is no database is held, and written again once it is gone', () => {
    writer.open();
    writer.close();
    writeFileSync(path, 'this is not a database, but long enough to be looked at'.repeat(100));
    expect(write(exampleEvent())).toEqual({ stored: false, failure: { class: 'stop', reason: 'SQLITE_NOTADB (26)' } });
    rmSync(path);
    expect(write(exampleEvent())).toEqual(ALL_STORED);
  });

  test('that another process holds is tried again', () => {
    const impatient = createWriter(path, (file) => {
      const db = openForWriting(file);
      db.exec('PRAGMA busy_timeout = 0');
      return db;
    });
    impatient.open();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const { lines } = storedBatch([exampleEvent()]);
    expect(impatient.write(lines)).toEqual({ stored: false, failure: { class: 'retry', reason: 'SQLITE_BUSY (5)' } });
    other.exec('COMMIT');
    other.close();
    expect(impatient.write(lines)).toEqual(ALL_STORED);
    impatient.close();
  });

  test('on a full disk is tried again, nothing of the batch is half there, and it goes on where there is room', () => {
    let pages = 30;
    const bounded = createWriter(path, (file) => {
      const db = openForWriting(file);
      db.exec(`PRAGMA max_page_count = ${pages}`);
      return db;
    });
    const { lines } = storedBatch(exampleEvents(50, (i) => ({ data: { text: `${i}`.repeat(10_000) } })));
    expect(bounded.write(lines)).toEqual({ stored: false, failure: { class: 'retry', reason: 'SQLITE_FULL (13)' } });
    expect([count('events'), count('events_text')]).toEqual([0, 0]);
    pages = 10_000;
    expect(bounded.write(lines)).toEqual(ALL_STORED);
    expect([count('events'), count('events_text')]).toEqual([50, 50]);
    bounded.close();
  });

  test('that cannot be made is tried again', () => {
    writeFileSync(join(folder, 'a-file'), '');
    const blocked = createWriter(join(folder, 'a-file', 'events.db'));
    expect(blocked.open()).toEqual({ class: 'retry', reason: 'mkdir: EEXIST' });
  });
});

describe('the reading side', () => {
  test('finds nothing before there is a file, and makes none', () => {
    const reads = createReads(path);
    expect(reads.query('acme', {}, { limit: 10 })).toEqual({ lines: [], more: false });
    expect(existsSync(path)).toBe(false);
    write(exampleEvent());
    expect(reads.query('acme', {}, { limit: 10 }).lines).toHaveLength(1);
    reads.close();
  });

  test('finds nothing in a file whose tables are not made yet', () => {
    writer.open();
    writer.close();
    rmSync(path);
    new DatabaseSync(path).close();
    writeFileSync(path, '');
    expect(createReads(path).query('acme', {}, { limit: 10 })).toEqual({ lines: [], more: false });
  });

  test('reads beside an open transaction of the writer, and after the writer has gone', () => {
    write(exampleEvent());
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE; DELETE FROM events WHERE tenant_id = 'acme'");
    const reads = createReads(path);
    expect(reads.query('acme', {}, { limit: 10 }).lines).toHaveLength(1);
    other.exec('ROLLBACK');
    other.close();
    writer.close();
    expect(createReads(path).query('acme', {}, { limit: 10 }).lines).toHaveLength(1);
    reads.close();
  });

  test('ends a page early rather than fill the memory, and goes on from there', () => {
    const events = exampleEvents(40, () => ({ data: { text: 'x'.repeat(250_000) } }));
    write(...events);
    const reads = createReads(path);
    const seen: string[] = [];
    let pages = 0;
    for (let more = true, after = undefined as { timestampNs: bigint; eventId: string } | undefined; more; pages++) {
      const page = reads.query('acme', {}, { limit: 1000, ...(after !== undefined && { after }) });
      seen.push(...page.lines.map(({ eventId }) => eventId));
      ({ more } = page);
      after = page.lines.at(-1);
    }
    expect(pages).toBe(2);
    expect(seen).toEqual(events.map(({ eventId }) => eventId).toReversed());
    reads.close();
  });

  test('can write nothing', () => {
    write(exampleEvent());
    const db = openForReading(path)!;
    expect(() => db.exec('DELETE FROM events')).toThrow(/readonly/);
    db.close();
  });
});
