import { expect, test } from 'vitest';
import { type Answer, classify } from './classify.ts';

const cases: readonly (readonly [Answer, string])[] = [
  [{ kind: 'stored' }, 'stored'],
  [{ kind: 'no_responders' }, 'retry'],
  [{ kind: 'unanswered', reason: 'no acknowledgement in time' }, 'retry'],
  [{ kind: 'denied' }, 'stop'],
  [{ kind: 'too_large' }, 'stop'],
  [{ kind: 'error', code: 10_077 }, 'retry'],
  [{ kind: 'error', code: 10_047 }, 'retry'],
  [{ kind: 'error', code: 10_008 }, 'retry'],
  [{ kind: 'error', code: 0 }, 'retry'],
  [{ kind: 'error', code: 10_054 }, 'stop'],
  [{ kind: 'error', code: 10_060 }, 'stop'],
  [{ kind: 'error', code: 10_109 }, 'stop'],
];

test.each(cases)('%j: %s', (answer, status) => {
  expect(classify(answer).status).toBe(status);
});

test('an error tells its code', () => {
  expect(classify({ kind: 'error', code: 10_077 })).toEqual({
    status: 'retry',
    reason: 'the stream is full, or cannot be written (10077)',
  });
});
