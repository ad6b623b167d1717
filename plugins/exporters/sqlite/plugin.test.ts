import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventReaderSuite } from '../../../src/testkit/event-reader-suite.ts';
import { openReadable } from '../../../src/testkit/readable-store.ts';
import { declarationProblems, exporterSuite } from '../../../src/testkit/index.ts';
import sqlite from './plugin.ts';

exporterSuite(sqlite, {
  collapses: true,
  storedIds: async (dataDir) => {
    const db = new DatabaseSync(join(dataDir, 'events.db'), { readOnly: true });
    const rows = db.prepare('SELECT event_id FROM events').all();
    db.close();
    return rows.map(({ event_id }) => String(event_id));
  },
});

describe('sqlite', () => {
  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'betalogs-sqlite-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  test('is declared as it should be', async () => {
    expect(await declarationProblems(sqlite, import.meta.dirname)).toEqual([]);
  });

  eventReaderSuite('sqlite', () => openReadable(sqlite, {}, dataDir));
});
