import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseReferences } from './references.ts';

test.each([
  ['plain', ['plain']],
  ['', ['']],
  ['$', ['$']],
  ['$5', ['$5']],
  ['$$', ['$']],
  ['$${env:A}', ['${env:A}']],
  ['$$${env:A}', ['$', { source: 'env', name: 'A' }]],
  ['${env:A}', [{ source: 'env', name: 'A' }]],
  ['${env:A:-}', [{ source: 'env', name: 'A', otherwise: '' }]],
  ['${env:A:-b:-c}', [{ source: 'env', name: 'A', otherwise: 'b:-c' }]],
  ['${env:A:?why}', [{ source: 'env', name: 'A', demand: 'why' }]],
  ['a${env:A}b${file:c/d}', ['a', { source: 'env', name: 'A' }, 'b', { source: 'file', name: 'c/d' }]],
])('%s', (text, parts) => {
  expect(parseReferences(text)).toEqual(parts);
});

test.each([
  ['a${env:A', 1, 'expected } after ${; write $$ for a $'],
  ['${A}', 0, 'expected ${env:NAME} or ${file:path}; write $$ for a $'],
  ['${env:}', 0, 'expected ${env:NAME} or ${file:path}; write $$ for a $'],
  ['${env:A B}', 0, 'expected ${env:NAME} or ${file:path}; write $$ for a $'],
  ['${env:A:+b}', 0, 'expected ${env:NAME} or ${file:path}; write $$ for a $'],
  ['${file: }', 0, 'expected ${env:NAME} or ${file:path}; write $$ for a $'],
])('%s is not well formed', (text, offset, message) => {
  expect(parseReferences(text)).toMatchObject({ offset, message });
});

test('any text with its dollars doubled is that text', () => {
  const text = fc.string({ unit: fc.constantFrom('$', '{', '}', 'e', 'env:', ':-') });
  fc.assert(
    fc.property(text, (given) => {
      expect(parseReferences(given.replaceAll('$', '$$$$'))).toEqual([given]);
    }),
  );
});
