import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../src/sdk/index.ts';
import { answerBatch, answerEvent } from './answer.ts';

const accepted: Outcome = { status: 'accepted', eventId: 'e1', correlationId: 'c1' };
const duplicate: Outcome = { status: 'duplicate', eventId: 'e2', correlationId: 'c2' };
const filtered: Outcome = { status: 'filtered', reason: 'environment' };
const errors = [
  { code: 'EVENT_FIELD_REQUIRED', path: '/action', message: 'is missing' },
  { code: 'EVENT_FIELD_TYPE', path: '/actor', message: 'must be an object' },
];
const rejected: Outcome = { status: 'rejected', errors };
const retry = (reason: string, afterMs = 1000): Outcome => ({ status: 'retry', afterMs, reason });

describe('one event', () => {
  test.each<[Outcome, object]>([
    [accepted, { status: 202, body: { eventId: 'e1', status: 'accepted', correlationId: 'c1' } }],
    [duplicate, { status: 200, body: { eventId: 'e2', status: 'duplicate', correlationId: 'c2' } }],
    [filtered, { status: 200, body: { status: 'filtered', reason: 'environment' } }],
  ])('%o', (outcome, answer) => expect(answerEvent(outcome)).toEqual(answer));

  test.each<[Outcome, object]>([
    [rejected, { status: 422, code: 'EVENT_INVALID', errors }],
    [
      { status: 'rejected', errors: [...errors, { code: 'TENANT_MISMATCH', path: '/tenantId', message: 'differs' }] },
      { status: 403, code: 'TENANT_MISMATCH' },
    ],
    [retry('quota', 2500), { status: 429, code: 'INTAKE_QUOTA', retryAfterMs: 2500 }],
    [retry('disk_full', 5000), { status: 503, code: 'INTAKE_DISK_FULL', retryAfterMs: 5000 }],
    [retry('closing'), { status: 503, code: 'INTAKE_STOPPING' }],
    [retry('poisoned'), { status: 503, code: 'INTAKE_BUSY' }],
  ])('%o', (outcome, problem) => expect(answerEvent(outcome)).toMatchObject(problem));
});

describe('a batch', () => {
  const result = (outcome: Outcome, index: number) => {
    if (outcome.status === 'rejected') return { index, status: 'rejected', error: errors[0], errors };
    if (outcome.status === 'filtered') return { index, status: 'filtered', reason: 'environment' };
    return { index, status: outcome.status, eventId: (outcome as { eventId: string }).eventId };
  };
  test.each<[number, number, number, Outcome[]]>([
    [202, 2, 0, [accepted, filtered, duplicate]],
    [202, 0, 0, [filtered]],
    [207, 1, 1, [rejected, accepted]],
    [207, 0, 1, [rejected, filtered]],
    [422, 0, 2, [rejected, rejected]],
  ])('%i: %i accepted, %i rejected', (status, taken, refused, outcomes) => {
    const answer = answerBatch(outcomes) as { status: number; body: object; refused?: boolean };
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ accepted: taken, rejected: refused, results: outcomes.map(result) });
    expect(answer.refused === true).toBe(status === 422);
    if (status === 422) expect(answer.body).toMatchObject({ status: 422, code: 'BATCH_REJECTED' });
    else expect(Object.keys(answer.body)).toEqual(['accepted', 'rejected', 'results']);
  });

  test('one to be retried makes all of it so, after the longest time named', () => {
    const answer = answerBatch([accepted, rejected, retry('memory', 100), retry('memory', 900)]);
    expect(answer).toMatchObject({ status: 503, code: 'INTAKE_BUSY', retryAfterMs: 900 });
    expect(answer).not.toHaveProperty('body');
  });

  test('the tenant’s quota is told apart only where nothing else is in the way', () => {
    expect(answerBatch([retry('quota', 100)])).toMatchObject({ status: 429 });
    expect(answerBatch([retry('quota', 900), retry('disk_full', 100)])).toMatchObject({
      status: 503,
      code: 'INTAKE_DISK_FULL',
      retryAfterMs: 900,
    });
  });
});
