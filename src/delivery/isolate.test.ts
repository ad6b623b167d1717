import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isolate } from './isolate.ts';

const store = (bad: ReadonlySet<number>) => {
  const stored: number[] = [];
  let attempts = 0;
  return {
    stored,
    attempts: () => attempts,
    attempt: async (positions: readonly number[]) => {
      attempts++;
      const poison = positions.find((position) => bad.has(position));
      if (poison !== undefined) return { refused: true as const, code: `BAD_${poison}`, message: 'refused' };
      stored.push(...positions);
      return { refused: false as const };
    },
  };
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('one bad row in 1,000 is found in at most 11 further attempts, and 999 are stored once', async () => {
  for (const bad of [0, 1, 499, 500, 998, 999]) {
    const { attempt, attempts, stored } = store(new Set([bad]));
    const poison = await isolate(range(1000), { refused: true, code: `BAD_${bad}`, message: 'refused' }, attempt);
    expect(poison).toEqual([{ position: bad, code: `BAD_${bad}`, message: 'refused' }]);
    expect(stored.toSorted((a, b) => a - b)).toEqual(range(1000).filter((i) => i !== bad));
    expect(attempts()).toBeLessThanOrEqual(11);
  }
});

test('k bad rows among n: n−k stored once, k named, in at most k·(⌈log2 n⌉+1) attempts', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 1, max: 200 })
        .chain((n) =>
          fc.record({ n: fc.constant(n), bad: fc.uniqueArray(fc.integer({ min: 0, max: n - 1 }), { minLength: 1 }) }),
        ),
      async ({ n, bad }) => {
        const { attempt, attempts, stored } = store(new Set(bad));
        const first = await attempt(range(n));
        const asked = attempts();
        const poison = await isolate(range(n), first as never, attempt);
        const byValue = (a: number, b: number): number => a - b;
        expect(poison.map(({ position }) => position).toSorted(byValue)).toEqual(bad.toSorted(byValue));
        expect(stored.toSorted(byValue)).toEqual(range(n).filter((i) => !bad.includes(i)));
        expect(attempts() - asked).toBeLessThanOrEqual(bad.length * (Math.ceil(Math.log2(n)) + 1));
      },
    ),
  );
});

test('who is left over is asked alone, where another one explains the refusal', async () => {
  const asked: (readonly number[])[] = [];
  const poison = await isolate(range(4), { refused: true, code: 'BAD', message: 'refused' }, async (positions) => {
    asked.push(positions);
    return { refused: false, explains: positions.includes(0) };
  });
  expect([poison, asked]).toEqual([[], [[0, 1], [2], [3]]]);
});
