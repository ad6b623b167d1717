import { expect, test } from 'vitest';
import { createViolationLimit } from './violation-limit.ts';

test('ten at once, then ten a minute, for each tenant and principal; the next one tells how many were left out', () => {
  let nowMs = 0;
  const limit = createViolationLimit(() => nowMs);
  const take = (times: number, tenant = 'acme', principal = 'p') =>
    Array.from({ length: times }, () => limit.take(tenant, principal));
  expect(take(1000).filter((left) => left !== undefined)).toEqual(Array.from({ length: 10 }, () => 0));
  expect([take(1, 'globex'), take(1, 'acme', 'q')]).toEqual([[0], [0]]);
  nowMs += 5999;
  expect(take(1)).toEqual([undefined]);
  nowMs += 1;
  expect(take(2)).toEqual([991, undefined]);
  nowMs += 60_000_000;
  expect(take(12)).toEqual([1, ...Array.from({ length: 9 }, () => 0), undefined, undefined]);
});
