import type { LifecycleRule } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { lifecycleProblems, mergedRules, ruleId, wantedRule } from './lifecycle.ts';

const settings = { prefix: 'a/', expireAfterMs: 30 * 86_400_000 } as Parameters<typeof wantedRule>[0];
const own = wantedRule(settings)!;
const theirs = (prefix: string, days: number): LifecycleRule => ({
  ID: 'theirs',
  Status: 'Enabled',
  Filter: { Prefix: prefix },
  Expiration: { Days: days },
});

test('our rule takes the place of our old one; the rules of others stay', () => {
  const old = { ...own, Expiration: { Days: 3 } };
  expect(mergedRules(settings, [theirs('b/', 1), old])).toEqual([theirs('b/', 1), own]);
  expect(ruleId(settings)).not.toBe(ruleId({ ...settings, prefix: 'b/' }));
});

test.each([
  ['nothing', [own], 0],
  ['no rule', [], 1],
  ['another time', [{ ...own, Expiration: { Days: 29 } }], 1],
  ['switched off', [{ ...own, Status: 'Disabled' as const }], 1],
  ['a foreign rule that takes it earlier', [own, theirs('', 7)], 1],
  ['a foreign rule for a part of it', [own, theirs('a/v1/tenant=acme/', 7)], 1],
  ['a foreign rule for something else', [own, theirs('b/', 7)], 0],
  ['a foreign rule that comes later', [own, theirs('', 31)], 0],
])('%s', (_, rules, problems) => {
  expect(lifecycleProblems(settings, rules)).toHaveLength(problems);
});
