import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declarationProblems } from '../../../src/testkit/index.ts';
import postgres, { settingsOf } from './plugin.ts';
import { wholeSetUpSql } from './set-up.ts';

test('is declared as it should be', async () => {
  expect(await declarationProblems(postgres, import.meta.dirname)).toEqual([]);
});

const NAMES = { schema: 'public', owner: 'betalogs_owner', writer: 'betalogs_writer', reader: 'betalogs_reader' };

test('sql/grants.sql is what the exporter would run by its defaults', async () => {
  const settings = settingsOf(postgres.config.parse({ url: 'postgres://h/d' }));
  const sql = wholeSetUpSql(NAMES, settings);
  expect(sql).not.toMatch(/\{(schema|owner|writer|reader)\}/);
  await expect(sql).toMatchFileSnapshot(join(import.meta.dirname, 'sql/grants.sql'));
});

test.each([
  [{}, 'url'],
  [{ url: 'postgres://h/d', schema: 'Public"; DROP' }, 'schema'],
  [{ url: 'postgres://h/d', writer_role: 'a b' }, 'writer_role'],
  [{ url: 'postgres://h/d', indexes: ['actor', 'everything'] }, 'indexes'],
])('%j is refused at %s', (options, path) => {
  expect(postgres.config.safeParse(options).error?.issues.map((issue) => issue.path[0])).toEqual([path]);
});
