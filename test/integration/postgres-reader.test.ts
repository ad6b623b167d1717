// The suites that every store passes, over a real PostgreSQL.
import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import postgres from '../../plugins/exporters/postgres/plugin.ts';
import { eventReaderSuite } from '../../src/testkit/event-reader-suite.ts';
import { openReadable } from '../../src/testkit/readable-store.ts';
import { exporterSuite } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { ANY_TIME, sqlAt } from './postgres-support.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let server: TestServer;

const query = (text: string) => sqlAt(server.url)(text);

describe('postgres', () => {
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  eventReaderSuite('postgres', () =>
    openReadable(postgres, { url: server.url, schema: 'reader', ...ANY_TIME }, '/nonexistent'),
  );

  const indexed = { ...ANY_TIME, schema: 'indexed', partition: 'week', indexes: ['text'] };
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
        ...ANY_TIME,
      },
      collapses: true,
      storedIds: async () =>
        (await query('SELECT event_id FROM exporter.events')).map(({ event_id }) => String(event_id)),
    });
  });
});
