import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/sdk/index.ts';
import { classify } from './classify.ts';
import type { MessageAnswer } from './message.ts';

const accepted: Outcome = { status: 'accepted', eventId: 'e', correlationId: 'c' };
const duplicate: Outcome = { ...accepted, status: 'duplicate' };
const filtered: Outcome = { status: 'filtered', reason: 'r' };
const rejected: Outcome = { status: 'rejected', errors: [{ code: 'X', path: '', message: 'm' }] };
const retry = (afterMs: number): Outcome => ({ status: 'retry', afterMs, reason: 'r' });

const cases: readonly (readonly [string, readonly Outcome[], MessageAnswer])[] = [
  ['all taken', [accepted, duplicate, filtered], { kind: 'ack' }],
  ['one must wait', [accepted, retry(10), rejected], { kind: 'nak', afterMs: 10 }],
  ['the longest wait', [retry(10), retry(200), retry(0)], { kind: 'nak', afterMs: 200 }],
  ['no wait named', [retry(0)], { kind: 'nak', afterMs: 0 }],
  ['some refused', [rejected, filtered], { kind: 'ack' }],
  ['all refused', [rejected, rejected], { kind: 'term', reason: 'X' }],
];
test.each(cases)('%s', (_name, outcomes, answer) => {
  expect(classify(outcomes)).toEqual(answer);
});
