import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_ACTIONS } from '../../src/event/actions.ts';
import { ACTION_PATTERN, CATEGORIES } from '../../src/event/schema.ts';
import { nativeEventArbitrary, rawEventOf } from '../../src/testkit/arbitraries.ts';
import { errorsOf, newValidator } from './support.ts';

const validator = newValidator({ actions: { invoice_sent: 'business' } });
const sampleOf = (category: (typeof CATEGORIES)[number]) => fc.sample(nativeEventArbitrary([category]), 1)[0]!;
const actionErrors = (category: (typeof CATEGORIES)[number], action: string): string[] =>
  errorsOf(validator, rawEventOf({ ...sampleOf(category), action, evidence: undefined }))
    .filter(({ path }) => path === '/action')
    .map(({ code }) => code);

describe.each([...BUILT_IN_ACTIONS, ['invoice_sent', 'business'] as const])('property 6: %s', (action, home) => {
  test.each(CATEGORIES)('under %s', (category) => {
    expect(actionErrors(category, action)).toEqual(category === home ? [] : ['ACTION_CATEGORY_MISMATCH']);
  });
});

test('property 6: an action of no one is refused, with the prefix x. it passes under every category', () => {
  const action = fc.stringMatching(ACTION_PATTERN, { maxLength: 40 }).filter((name) => name.length <= 100);
  fc.assert(
    fc.property(action, fc.constantFrom(...CATEGORIES), (name, category) => {
      fc.pre(!BUILT_IN_ACTIONS.has(name) && !name.startsWith('x.') && name !== 'invoice_sent');
      expect(actionErrors(category, name)).toEqual(['ACTION_UNKNOWN']);
      expect(actionErrors(category, `x.${name}`)).toEqual([]);
    }),
  );
});
