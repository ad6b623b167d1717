import { expect, test } from 'vitest';
import { classify } from './classify.ts';
import { AbortedError } from './connect.ts';

const serverError = (code: string, fields: object = {}): Error =>
  Object.assign(new Error('CANARY'), { severity: 'ERROR', code, detail: 'CANARY', ...fields });

test.each([
  ['NUL in jsonb', '22P05', 'row'],
  ['a lone surrogate', '22P02', 'row'],
  ['too long', '22001', 'row'],
  ['a number out of range', '22003', 'row'],
  ['a time out of range', '22008', 'row'],
  ['a byte that is no character', '22021', 'row'],
  ['twice in one statement', '21000', 'row'],
  ['NOT NULL', '23502', 'row'],
  ['a unique key', '23505', 'row'],
  ['a limit', '54000', 'row'],
  ['too deep', '54001', 'row'],
  ['raised by a trigger', 'P0001', 'row'],
  ['deadlock', '40P01', 'retry'],
  ['serialization', '40001', 'retry'],
  ['disk full', '53100', 'retry'],
  ['too many connections', '53300', 'retry'],
  ['lock timeout', '55P03', 'retry'],
  ['connection', '08006', 'retry'],
  ['I/O', '58030', 'retry'],
  ['read-only', '25006', 'reconnect'],
  ['administrator', '57P01', 'reconnect'],
  ['crash', '57P02', 'reconnect'],
  ['starting', '57P03', 'reconnect'],
  ['statement timeout', '57014', 'halve'],
  ['no table', '42P01', 'stop'],
  ['no column', '42703', 'stop'],
  ['no function', '42883', 'stop'],
  ['no right', '42501', 'stop'],
  ['password', '28P01', 'stop'],
  ['no database', '3D000', 'stop'],
  ['corrupt', 'XX001', 'stop'],
  ['a code of tomorrow', 'ZZ999', 'stop'],
])('%s: %s is %s', (_, code, verdict) => {
  const classified = classify(serverError(code));
  expect(classified).toMatchObject({ class: verdict, code });
  expect(classified.reason).toContain(`(SQLSTATE ${code})`);
  expect(classified.reason).not.toContain('CANARY');
});

test.each([
  ['a check of the table', { constraint: 'events_check', table: 'events' }, 'row'],
  ['one that a trigger raises', {}, 'row'],
  ['no partition for the time', { table: 'events' }, 'partition'],
])('23514, %s', (_, fields, verdict) => {
  expect(classify(serverError('23514', fields)).class).toBe(verdict);
});

test('42501 by row-level security is an alarm', () => {
  expect(classify(serverError('42501', { routine: 'ExecWithCheckOptions' })).class).toBe('alarm');
});

test.each([
  ['ECONNREFUSED', Object.assign(new Error('connect CANARY'), { code: 'ECONNREFUSED' })],
  ['EPIPE', Object.assign(new Error('CANARY'), { code: 'EPIPE' })],
  ['cut', new Error('Connection terminated unexpectedly')],
  ['timeout', new Error('timeout exceeded when trying to connect')],
  ['cut', 'CANARY'],
])('no connection (%s): retry', (word, error) => {
  expect(classify(error)).toMatchObject({ class: 'retry', reason: `no connection to Postgres (${word})` });
});

test('what the engine gave up waiting for: retry', () => {
  expect(classify(new AbortedError())).toMatchObject({ class: 'retry', reason: 'the server did not answer in time' });
});
