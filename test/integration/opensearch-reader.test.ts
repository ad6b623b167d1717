// The suites that every store passes, over a real OpenSearch.
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import opensearch from '../../plugins/exporters/opensearch/plugin.ts';
import { eventReaderSuite } from '../../src/testkit/event-reader-suite.ts';
import { openReadable } from '../../src/testkit/readable-store.ts';
import { exporterSuite } from '../../src/testkit/index.ts';
import { startOpenSearch } from '../support/servers/opensearch.ts';
import type { TestServer } from '../support/servers/server-process.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let server: TestServer;
const refresh = async (): Promise<void> => {
  expect((await fetch(`${server.url}/_refresh`, { method: 'POST' })).status).toBe(200);
};

describe('opensearch', () => {
  beforeAll(async () => {
    server = await startOpenSearch();
  });
  afterAll(() => server.stop());

  eventReaderSuite('opensearch', async () => {
    const config = { url: server.url, replicas: 0, index_prefix: 'reader-', tenant_aliases: false };
    const store = await openReadable(opensearch, config, '/nonexistent');
    const write = async (events: Parameters<typeof store.write>[0]): Promise<void> => {
      await store.write(events);
      await refresh();
    };
    return { ...store, write };
  });

  exporterSuite(opensearch, {
    config: {
      get url() {
        return server.url;
      },
      replicas: 0,
    },
    collapses: true,
    storedIds: async () => {
      await refresh();
      const found = await (await fetch(`${server.url}/act-*/_search?size=1000`)).json();
      return (found as { hits: { hits: { _source: { eventId: string } }[] } }).hits.hits.map(
        ({ _source }) => _source.eventId,
      );
    },
  });
});
