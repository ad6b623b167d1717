import { expect, test } from 'vitest';
import { createBatchLimit } from './batch-limit.ts';

test('halves what was too much, down to one event, and comes back after what it dares was taken some times', () => {
  const limit = createBatchLimit();
  limit.grow(500);
  expect(limit.maxEvents()).toBe(Number.POSITIVE_INFINITY);
  limit.shrink(500);
  expect(limit.maxEvents()).toBe(250);
  limit.shrink(250);
  expect(limit.maxEvents()).toBe(125);
  for (let i = 0; i < 3; i++) limit.grow(125);
  expect(limit.maxEvents()).toBe(125);
  limit.grow(125);
  expect(limit.maxEvents()).toBe(250);
  for (let i = 0; i < 20; i++) limit.shrink(limit.maxEvents());
  expect(limit.maxEvents()).toBe(1);
  for (let i = 0; i < 10_000; i++) limit.grow(1000);
  expect(limit.maxEvents()).toBe(Number.POSITIVE_INFINITY);
});
