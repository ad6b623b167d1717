import { expect, test } from 'vitest';
import { compileTenantOf, filterOf, isSubjectPattern } from './tenant.ts';

test.each([
  ['events.{tenant}.>', true],
  ['{tenant}', true],
  ['a.*.{tenant}', true],
  ['events.>', false],
  ['{tenant}.{tenant}', false],
  ['events.>.{tenant}', false],
  ['events.x{tenant}', false],
  ['events..{tenant}', false],
])('the pattern %s: %s', (text, expected) => {
  expect(isSubjectPattern(text)).toBe(expected);
});

test.each([
  ['events.{tenant}.>', 'events.acme.business', 'acme'],
  ['events.{tenant}.>', 'events.acme.a.b.c', 'acme'],
  ['events.{tenant}.>', 'events.acme', undefined],
  ['events.{tenant}.>', 'audit.acme.business', undefined],
  ['events.{tenant}.>', 'events.acme%2Eeu.business', 'acme.eu'],
  ['events.{tenant}.>', 'events.%2E.business', undefined],
  ['events.{tenant}.>', 'events.ac me.business', undefined],
  ['events.{tenant}.>', `events.${'a'.repeat(129)}.business`, undefined],
  ['*.{tenant}', 'x.acme', 'acme'],
  ['*.{tenant}', 'x.acme.y', undefined],
  ['{tenant}', 'acme', 'acme'],
])('%s of %s: %s', (pattern, subject, tenant) => {
  expect(compileTenantOf(pattern)(subject)).toBe(tenant);
});

test('the filter that the server is asked with', () => {
  expect(filterOf('events.{tenant}.>')).toBe('events.*.>');
});
