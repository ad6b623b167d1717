import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

test('doubles with equal jitter up to the longest wait, and begins again after a success', () => {
  const backoff = createBackoff({ initialMs: 100, maxMs: 500 }, () => 0.5);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([75, 150, 300, 375, 375]);
  backoff.reset();
  expect(backoff.next()).toBe(75);
});

test("waits at least as long as the store says, and does not cut the store's delay", () => {
  const backoff = createBackoff({ initialMs: 100, maxMs: 500 }, () => 0);
  expect(backoff.next(30_000)).toBe(30_000);
  expect(backoff.next(1)).toBe(100);
});
