import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const sqliteError = (errcode: number): Error =>
  Object.assign(new Error('CANARY'), { code: 'ERR_SQLITE_ERROR', errcode });

test.each([
  ['busy', 5, 'retry', 'SQLITE_BUSY (5)'],
  ['busy with a snapshot', 517, 'retry', 'SQLITE_BUSY (517)'],
  ['locked', 6, 'retry', 'SQLITE_LOCKED (6)'],
  ['full', 13, 'retry', 'SQLITE_FULL (13)'],
  ['an fsync that failed', 1034, 'retry', 'SQLITE_IOERR (1034)'],
  ['damaged', 11, 'stop', 'SQLITE_CORRUPT (11)'],
  ['another file', 26, 'stop', 'SQLITE_NOTADB (26)'],
  ['read-only', 8, 'stop', 'SQLITE_READONLY (8)'],
  ['moved away', 1032, 'stop', 'SQLITE_READONLY (1032)'],
  ['another schema', 1, 'stop', 'SQLITE_ERROR (1)'],
  ['a NOT NULL', 1299, 'row', 'SQLITE_CONSTRAINT (1299)'],
  ['a type', 3091, 'row', 'SQLITE_CONSTRAINT (3091)'],
  ['too long', 18, 'row', 'SQLITE_TOOBIG (18)'],
  ['a code of tomorrow', 99, 'stop', 'SQLITE (99)'],
])('%s', (_, errcode, verdict, reason) => {
  expect(classify(sqliteError(errcode))).toEqual({ class: verdict, reason });
});

test('the driver refuses a value', () => {
  const error = Object.assign(new TypeError('CANARY'), { code: 'ERR_INVALID_ARG_TYPE' });
  expect(classify(error)).toEqual({ class: 'row', reason: 'ERR_INVALID_ARG_TYPE' });
});

test.each([[new Error('CANARY')], ['CANARY'], [undefined]])('what is no error of SQLite is not classified', (error) => {
  expect(classify(error)).toBeUndefined();
});
