import { expect, test } from 'vitest';
import { createBufferPool } from './buffer-pool.ts';

test('gives what was given back, the smallest that is large enough', () => {
  const pool = createBufferPool();
  const small = pool.take(20_000);
  const large = pool.take(100_000);
  pool.give(large);
  pool.give(small);
  expect(pool.take(17_000)).toBe(small);
  expect(pool.take(17_000)).toBe(large);
  expect(pool.take(17_000)).not.toBe(small);
});

test('makes a new one where none is large enough, and keeps no more than its bound', () => {
  const pool = createBufferPool(64 * 1024);
  const first = pool.take(40_000);
  const second = pool.take(40_000);
  expect(first.length).toBeGreaterThanOrEqual(40_000);
  pool.give(first);
  pool.give(second);
  expect(pool.take(70_000)).not.toBe(first);
  expect(pool.take(40_000)).toBe(first);
  expect(pool.take(40_000)).not.toBe(second);
});
