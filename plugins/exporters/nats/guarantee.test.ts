import { expect, test } from 'vitest';
import { weaknessesOf } from './guarantee.ts';

type Facts = Parameters<typeof weaknessesOf>[0];
const sound = {
  retention: 'workqueue',
  discard: 'new',
  storage: 'file',
  num_replicas: 3,
  max_age: 0,
  max_bytes: 1e9,
  max_msgs: -1,
  max_msgs_per_subject: -1,
  duplicate_window: 120e9,
} as Facts;

test('a stream that keeps the promise is not spoken of', () => {
  expect(weaknessesOf(sound)).toEqual([]);
});

const cases: readonly (readonly [object, RegExp])[] = [
  [{ storage: 'memory' }, /memory/],
  [{ num_replicas: 1 }, /one replica/],
  [{ discard: 'old' }, /discard is old/],
  [{ discard: 'old', max_bytes: -1, max_msgs: 5 }, /discard is old/],
  [{ discard: 'old', max_bytes: -1, max_msgs_per_subject: 1 }, /max_msgs_per_subject/],
  [{ max_age: 1 }, /max_age/],
  [{ retention: 'interest' }, /interest/],
  [{ retention: 'limits' }, /fills up/],
  [{ duplicate_window: 0 }, /duplicate_window/],
];
test.each(cases)('%j', (change, words) => {
  const found = weaknessesOf({ ...sound, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(words);
});

test('old messages may go where nothing bounds the stream', () => {
  expect(weaknessesOf({ ...sound, discard: 'old', max_bytes: -1 })).toEqual([]);
});
