import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../src/event/schema.ts';
import { nativeEventArbitrary, rawEventOf } from '../../src/testkit/arbitraries.ts';
import { errorsOf, newValidator } from './support.ts';

const validator = newValidator();

test('property 1: a sound event of each of the four categories passes', () => {
  fc.assert(
    fc.property(nativeEventArbitrary(), (content) => {
      expect(errorsOf(validator, rawEventOf(content))).toEqual([]);
    }),
  );
});

test('property 1: whatever else stands for the category is refused', () => {
  const other = fc.anything().filter((value) => !CATEGORIES.includes(value as never) && value !== undefined);
  fc.assert(
    fc.property(nativeEventArbitrary(), other, (content, category) => {
      const errors = errorsOf(validator, { ...rawEventOf(content), content: { ...content, category } });
      expect(errors.map(({ path }) => path)).toContain('/category');
    }),
  );
});
