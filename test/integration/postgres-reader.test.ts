// The suites that every store passes, over a real PostgreSQL.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import postgres from '../../plugins/exporters/postgres/plugin.ts';
import { eventReaderSuite, openReadable } from '../../src/testkit/event-reader-suite.ts';
import { exporterSuite } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let server: TestServer;

const query = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('postgres', () => {
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  // The suite has events of 1969.
  const agesAgo = { accept_past: '36500d', schema: 'reader' };
  eventReaderSuite('postgres', () => openReadable(postgres, { url: server.url, ...agesAgo }, '/nonexistent'));

  const indexed = { ...agesAgo, schema: 'indexed', partition: 'week', indexes: ['text'] };
  eventReaderSuite('postgres with its text index', () =>
    openReadable(postgres, { url: server.url, ...indexed }, '/nonexistent'),
  );

  describe('as an exporter', () => {
    beforeEach(() => query('DROP SCHEMA IF EXISTS exporter CASCADE'));
    exporterSuite(postgres, {
      config: {
        get url() {
          return server.url;
        },
        schema: 'exporter',
      },
      collapses: true,
      storedIds: async () =>
        (await query('SELECT event_id FROM exporter.events')).map(({ event_id }) => String(event_id)),
    });
  });
});
