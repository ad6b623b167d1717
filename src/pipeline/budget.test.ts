import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('refuses over the whole bound as busy memory, and over one tenant’s as its quota', () => {
  const budget = createBudget({ maxBytes: 100, maxBytesPerTenant: 60 });
  expect(budget.take('a', 50)).toBeUndefined();
  expect(budget.take('a', 20)).toMatchObject({ busy: 'quota' });
  expect(budget.take('b', 40)).toBeUndefined();
  expect(budget.take('b', 20)).toMatchObject({ busy: 'memory' });
  budget.give('a', 50);
  expect(budget.take('b', 20)).toBeUndefined();
});

test('one tenant at its bound takes no room from another', () => {
  const budget = createBudget({ maxBytes: 1000, maxBytesPerTenant: 100 });
  expect(budget.take('loud', 100)).toBeUndefined();
  expect(budget.take('loud', 1)).toMatchObject({ busy: 'quota' });
  expect(budget.take('quiet', 100)).toBeUndefined();
});

test('an input larger than the bound may pass alone', () => {
  const budget = createBudget({ maxBytes: 100, maxBytesPerTenant: 100 });
  expect(budget.take('a', 500)).toBeUndefined();
  expect(budget.take('b', 1)).toMatchObject({ busy: 'memory' });
});

test('what is given back is all that was taken', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 50 }))), (takes) => {
      const budget = createBudget({ maxBytes: 200, maxBytesPerTenant: 100 });
      const taken = takes.filter(([tenant, bytes]) => budget.take(tenant, bytes) === undefined);
      expect(budget.inFlight).toBe(taken.reduce((sum, [, bytes]) => sum + bytes, 0));
      for (const [tenant, bytes] of taken) budget.give(tenant, bytes);
      expect(budget.inFlight).toBe(0);
      expect(budget.take('a', 100)).toBeUndefined();
    }),
  );
});
