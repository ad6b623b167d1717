import { expect, test } from 'vitest';
import { rotationsOf } from './rotate.ts';

test('the oldest goes first, then each makes room for the next', () => {
  expect(rotationsOf('e', 3)).toEqual([{ remove: 'e.2' }, { rename: 'e.1', to: 'e.2' }, { rename: 'e', to: 'e.1' }]);
});

test('of one file, it is the file itself that goes', () => {
  expect(rotationsOf('e', 1)).toEqual([{ remove: 'e' }]);
});
