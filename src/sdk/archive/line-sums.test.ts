import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLineSums, findLineFault } from './line-sums.ts';

const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const written = ['a', 'b', 'c', 'd'];

test.each([
  [['a', 'b', 'c', 'd'], undefined],
  [['a', 'x', 'c', 'd'], { line: 2, fault: 'changed' }],
  [['a', 'c', 'd'], { line: 2, fault: 'missing' }],
  [['a', 'b', 'c'], { line: 4, fault: 'missing' }],
  [[], { line: 1, fault: 'missing' }],
  [['a', 'b', 'x', 'c', 'd'], { line: 3, fault: 'added' }],
  [['a', 'b', 'c', 'd', 'x'], { line: 5, fault: 'added' }],
  [['a', 'd', 'c', 'b'], { line: 2, fault: 'moved' }],
])('%j', (lines, fault) => {
  expect(findLineFault(bytesOf(lines), encodeLineSums(bytesOf(written)))).toEqual(fault);
});

test('whatever one line becomes, that line is named', () => {
  const lines = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(lines, fc.nat(), (all, seed) => {
      const at = seed % all.length;
      const sums = encodeLineSums(bytesOf(all));
      expect(findLineFault(bytesOf(all.with(at, 'CHANGED')), sums)).toEqual({ line: at + 1, fault: 'changed' });
      expect(findLineFault(bytesOf(all.toSpliced(at, 1)), sums)).toEqual({ line: at + 1, fault: 'missing' });
      expect(findLineFault(bytesOf(all.toSpliced(at, 0, 'ADDED')), sums)).toEqual({ line: at + 1, fault: 'added' });
    }),
  );
});
