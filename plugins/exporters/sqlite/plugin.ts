import { resolve } from 'node:path';
import { definePlugin, z } from '../../../src/sdk/index.ts';
import { createSqliteReader } from './reader.ts';
import { createSqliteExporter } from './send.ts';

const config = z.strictObject({
  path: z.string().min(1).default('events.db').describe('The database file, relative to the data directory.'),
});

export default definePlugin({
  kind: 'exporter',
  type: 'sqlite',
  stability: 'beta',
  summary: 'Writes events to one SQLite file that needs no server, and answers queries from it.',
  guarantee: 'exactly once per (tenant, eventId)',
  batch: { maxEvents: 2000, maxBytes: 4 * 1024 * 1024, maxWaitMs: 20 },
  config,
  create: ({ path }, { dataDir }) => createSqliteExporter(resolve(dataDir, path)),
  reader: ({ path }, { dataDir }) => createSqliteReader(resolve(dataDir, path)),
});
