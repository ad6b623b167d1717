import { expect, test } from 'vitest';
import { capturingLog, exampleEvents, storedBatch } from '../../../src/testkit/index.ts';
import type { Database, Row, Value } from './connect.ts';
import { createPartitions } from './partitions.ts';
import { createSender } from './send.ts';

interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** A server that answers each statement by `answer`; every one is a round trip. */
const fakeDatabase = (answer: (statement: Statement, n: number) => readonly Row[] | Error) => {
  const statements: Statement[] = [];
  let reconnects = 0;
  const database: Database = {
    session: (work) =>
      work({
        run: () => Promise.reject(new Error('no statement without parameters is expected')),
        rows: async (sql, values = []) => {
          const told = answer({ sql, values }, statements.push({ sql, values }));
          if (told instanceof Error) throw told;
          return told;
        },
        bulk: async ({ sql, texts }) => {
          const told = answer({ sql, values: texts }, statements.push({ sql, values: texts }));
          if (told instanceof Error) throw told;
          return told;
        },
      }),
    reconnect: () => void reconnects++,
    close: () => Promise.resolve(),
  };
  const log = capturingLog();
  const exportBatch = createSender({ database, partitions: createPartitions('public'), schema: 'public', log });
  return { exportBatch, statements, log, reconnects: () => reconnects };
};

const signal = new AbortController().signal;
const NOVEMBER: Row = ['1793491200', '1796083200'];
const NO_CONFLICT: readonly Row[] = [[null]];
const isEnsure = ({ sql }: Statement): boolean => sql.includes('betalogs_ensure_partitions');
const serverError = (code: string, fields: object = {}): Error =>
  Object.assign(new Error('CANARY'), { severity: 'ERROR', code, ...fields });

test('a batch is one round trip, once its partition is known', async () => {
  const { exportBatch, statements } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : NO_CONFLICT));
  for (let n = 0; n < 5; n++) await exportBatch(storedBatch(exampleEvents(100)), signal);
  expect(statements.map((one) => (isEnsure(one) ? 'ensure' : 'write'))).toEqual([
    'ensure', 'write', 'write', 'write', 'write', 'write',
  ]); // prettier-ignore
});

test('what the function names is a conflict, by its place in the whole batch', async () => {
  const { exportBatch, statements } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : [['{0,2}']]));
  const batch = storedBatch(
    exampleEvents(5, (i) => ({ timestamp: i === 1 ? '1999-01-01T00:00:00Z' : '2026-11-23T10:00:00Z' })),
  );
  const outcomes = await exportBatch(batch, signal);
  expect(outcomes.map((outcome) => ('code' in outcome ? outcome.code : outcome.status))).toEqual([
    'id_conflict', 'time_out_of_range', 'stored', 'id_conflict', 'stored',
  ]); // prettier-ignore
  expect(statements).toHaveLength(2);
});

test('a batch of which nothing can be stored is not sent', async () => {
  const { exportBatch, statements } = fakeDatabase(() => []);
  const outcomes = await exportBatch(storedBatch(exampleEvents(2)), signal);
  expect(outcomes.map(({ status }) => status)).toEqual(['dead', 'dead']);
  expect(statements).toHaveLength(1);
});

test('a partition that is gone is asked for again, once', async () => {
  const gone = serverError('23514', { table: 'events' });
  const { exportBatch, statements } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : gone));
  expect(await exportBatch(storedBatch(exampleEvents(1)), signal)).toEqual([
    { status: 'retry', reason: 'no partition for the time of an event (SQLSTATE 23514)' },
  ]);
  expect(statements.map((one) => (isEnsure(one) ? 'ensure' : 'write'))).toEqual(['ensure', 'write', 'ensure', 'write']);
});

test.each([
  ['22003', { status: 'suspect', code: 'sqlstate_22003', message: 'Postgres refuses the event (SQLSTATE 22003)' }],
  ['57014', { status: 'retry', reason: 'the statement took too long (SQLSTATE 57014)', tooMuch: true }],
  ['40P01', { status: 'retry', reason: 'Postgres does not take it now (SQLSTATE 40P01)' }],
  ['42P01', { status: 'stop', reason: 'Postgres is not as this program needs it (SQLSTATE 42P01)' }],
])('%s is the outcome of every event', async (code, outcome) => {
  const { exportBatch } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : serverError(code)));
  expect(await exportBatch(storedBatch(exampleEvents(2)), signal)).toEqual([outcome, outcome]);
});

test('a standby is left for another connection', async () => {
  const { exportBatch, reconnects } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : serverError('25006')));
  await exportBatch(storedBatch(exampleEvents(1)), signal);
  expect(reconnects()).toBe(1);
});

test('what row-level security refuses is said aloud', async () => {
  const refused = serverError('42501', { routine: 'ExecWithCheckOptions' });
  const { exportBatch, log } = fakeDatabase((one) => (isEnsure(one) ? [NOVEMBER] : refused));
  expect((await exportBatch(storedBatch(exampleEvents(1)), signal))[0]?.status).toBe('stop');
  expect(log.lines.join()).toContain('error row-level security refused a write');
  expect(log.lines.join()).not.toContain('CANARY');
});
