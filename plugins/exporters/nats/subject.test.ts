import { expect, test } from 'vitest';
import { compileSubject, isSubject } from './subject.ts';

test.each([
  ['events.{tenant}.{category}', true],
  ['{tenant}', true],
  ['a.{tenant}.b', true],
  ['events.{category}', false],
  ['events.{tenant}.{tenant}', false],
  ['events.x{tenant}', false],
  ['events.{tenant}.>', false],
  ['events.*.{tenant}', false],
  ['events..{tenant}', false],
  ['events {tenant}', false],
])('%s: %s', (text, expected) => {
  expect(isSubject(text)).toBe(expected);
});

test('a dot in a tenant is no end of a token, so that no tenant writes to another one', () => {
  const subjectOf = compileSubject('events.{tenant}.{category}');
  expect(subjectOf('acme.eu:1', 'security')).toBe('events.acme%2Eeu:1.security');
});
