// What the postgres exporter makes, what it asks for, and which databases it refuses.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { exampleEvents } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { codesOf, openExporter, send, sqlAt, startExporter, type Sql } from './postgres-support.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let sql: Sql;
const GRANTS = join(import.meta.dirname, '../../plugins/exporters/postgres/sql/grants.sql');
const ROLES = ['betalogs_owner', 'betalogs_writer', 'betalogs_reader'];

beforeAll(async () => {
  server = await startPostgres();
  sql = sqlAt(server.url);
});
afterAll(() => server.stop());

/** Logins and databases are as new for each test. */
beforeEach(async () => {
  await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  for (const role of ['app', 'boss', ...ROLES]) {
    if ((await sql(`SELECT FROM pg_roles WHERE rolname = '${role}'`)).length === 0) continue;
    await sql(`DROP OWNED BY ${role} CASCADE`);
    await sql(`DROP ROLE ${role}`);
  }
});

const urlAs = (user: string): string => server.url.replace('postgres@', `${user}@`);
const startAs = async (user: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const { exporter } = openExporter(urlAs(user), options);
  try {
    await exporter.start?.();
    return codesOf(await send(exporter, exampleEvents(3))).join(' ');
  } catch (error) {
    return (error as Error).message;
  } finally {
    await exporter.stop();
  }
};
const STORED = 'stored stored stored';
const SET_UP = "run sql/grants.sql as an administrator, or start once with an administrator's URL";

describe('an administrator', () => {
  test('starts twice, and eight times at once: the set-up is made once', async () => {
    expect(await startAs('postgres')).toBe(STORED);
    await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    expect(await Promise.all(Array.from({ length: 8 }, () => startAs('postgres')))).toEqual(
      Array.from({ length: 8 }, () => STORED),
    );
    expect(await sql('SELECT version FROM betalogs_migrations')).toEqual([{ version: 1 }, { version: 2 }]);
    expect(await sql(`SELECT rolcanlogin FROM pg_roles WHERE rolname LIKE 'betalogs_%' AND rolcanlogin`)).toEqual([]);
  });

  test('who is no superuser makes the same, and writes as the writer', async () => {
    await sql(
      'CREATE ROLE boss LOGIN CREATEROLE; GRANT CREATE ON DATABASE postgres TO boss; ALTER SCHEMA public OWNER TO boss',
    );
    expect(await startAs('boss')).toBe(STORED);
    expect(await startAs('boss', { schema: 'another' })).toBe(STORED);
    expect(await sql(`SELECT tableowner FROM pg_tables WHERE tablename = 'events'`)).toEqual([
      { tableowner: 'betalogs_owner' },
      { tableowner: 'betalogs_owner' },
    ]);
  });

  test('chooses schema, roles and indexes, and may add an index later', async () => {
    const own = { schema: 'user', owner_role: 'betalogs_owner', indexes: ['trace'] };
    expect(await startAs('postgres', own)).toBe(STORED);
    const indexes = async (): Promise<string[]> =>
      (await sql(`SELECT indexname FROM pg_indexes WHERE schemaname = 'user' AND tablename = 'events' ORDER BY 1`)).map(
        ({ indexname }) => String(indexname),
      );
    expect(await indexes()).toEqual(['events_by_trace', 'events_pkey']);
    expect(await startAs('postgres', { ...own, indexes: ['trace', 'text'] })).toBe(STORED);
    expect(await indexes()).toEqual(['events_by_trace', 'events_by_words', 'events_pkey']);
    await sql('DROP SCHEMA "user" CASCADE');
  });
});

describe("a writer's login", () => {
  beforeEach(() => sql('CREATE ROLE app LOGIN'));

  test('is told what is missing where nothing is there', async () => {
    await sql('REVOKE USAGE ON SCHEMA public FROM PUBLIC');
    expect(await startAs('app')).toBe(`Postgres lacks the right to use schema public: ${SET_UP}`);
    await sql('GRANT USAGE ON SCHEMA public TO app');
    expect(await startAs('app')).toContain(
      'Postgres lacks SELECT on public.betalogs_migrations, INSERT on public.events',
    );
  });

  test('is enough after an administrator has run sql/grants.sql', async () => {
    await sql(await readFile(GRANTS, 'utf8'));
    expect(await startAs('app')).toContain('Postgres lacks');
    await sql('GRANT betalogs_writer TO app');
    // Events of a fixed day: the file's own range is of today.
    await sql(`UPDATE betalogs_settings SET accept_past = '36500 days', accept_ahead = '36500 days'`);
    expect(await startAs('app')).toBe(STORED);
    // And the administrator's own start finds nothing left to do.
    expect(await startAs('postgres')).toBe(STORED);
  });

  test.each([
    ['INSERT ON event_links', 'INSERT on public.event_links'],
    ['EXECUTE ON FUNCTION betalogs_prepare_partitions()', 'EXECUTE on public.betalogs_prepare_partitions'],
  ])('that lacks %s is told so, and nothing else', async (right, told) => {
    await sql(await readFile(GRANTS, 'utf8'));
    await sql(`GRANT betalogs_writer TO app; REVOKE ${right} FROM betalogs_writer`);
    expect(await startAs('app')).toBe(`Postgres lacks ${told}: ${SET_UP}`);
  });

  test('whose rights are taken away while it runs holds its events', async () => {
    await sql(await readFile(GRANTS, 'utf8'));
    await sql(
      `GRANT betalogs_writer TO app; UPDATE betalogs_settings SET accept_past = '36500 days', accept_ahead = '36500 days'`,
    );
    const exporter = await startExporter(urlAs('app'));
    await sql('REVOKE INSERT ON events FROM betalogs_writer');
    expect((await send(exporter, exampleEvents(1)))[0]).toEqual({
      status: 'stop',
      reason: 'Postgres is not as this program needs it (SQLSTATE 42501)',
    });
    await sql('GRANT INSERT ON events TO betalogs_writer');
    expect(codesOf(await send(exporter, exampleEvents(1)))).toEqual(['stored']);
    await exporter.stop();
  });
});

describe('a database', () => {
  test('of a newer program is refused, and left as it is', async () => {
    await startAs('postgres');
    await sql(`INSERT INTO betalogs_migrations (version, name, checksum) VALUES (3, 'future', 'x')`);
    const refusal = 'the database has schema 3, this program knows 2: use a newer betalogs';
    expect(await startAs('postgres')).toBe(refusal);
    await sql('CREATE ROLE app LOGIN; GRANT betalogs_writer TO app');
    expect(await startAs('app')).toBe(refusal);
  });

  test('whose migration is not this one is refused', async () => {
    await startAs('postgres');
    await sql(`UPDATE betalogs_migrations SET checksum = 'x'`);
    expect(await startAs('postgres')).toBe('migration 1 of the database is not the one of this program');
  });

  test('in which a migration fails is as it was before', async () => {
    await sql('CREATE TABLE event_links ()');
    expect(await startAs('postgres')).toBe(
      'cannot prepare Postgres: Postgres is not as this program needs it (SQLSTATE 42P07)',
    );
    expect(await sql(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([
      { tablename: 'event_links' },
    ]);
  });

  test('that is not there, and a login that is not: said without the password', async () => {
    const url = new URL(server.url);
    url.password = 'CANARY';
    url.username = 'nobody';
    expect(await startAsUrl(url.href)).toBe(
      'cannot prepare Postgres: Postgres is not as this program needs it (SQLSTATE 28000)',
    );
    expect(await startAsUrl(server.url.replace(/postgres$/, 'nowhere'))).toContain('(SQLSTATE 3D000)');
    expect(await startAsUrl('postgres://user:CANARY@127.0.0.1:1/db')).toBe(
      'cannot prepare Postgres: no connection to Postgres (ECONNREFUSED)',
    );
  });
});

const startAsUrl = async (url: string): Promise<string> => {
  const { exporter, log } = openExporter(url);
  const refusal = await exporter.start!().then(
    () => 'started',
    (error: unknown) => (error as Error).message,
  );
  await exporter.stop();
  expect(log.lines.join()).not.toContain('CANARY');
  return refusal;
};
