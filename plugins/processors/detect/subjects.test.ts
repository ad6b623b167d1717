import { expect, test } from 'vitest';
import { createSubjects } from './subjects.ts';

/** Tells of each subject asked for whether it was known. */
const asker = (max: number) => {
  const subjects = createSubjects(max, () => ({ known: false }));
  const ask = (tenant: string, subject: string): boolean => {
    const entry = subjects.of(tenant, subject);
    const { known } = entry;
    entry.known = true;
    return known;
  };
  return { ask, subjects };
};

test('what was asked for is known, by tenant', () => {
  const { ask, subjects } = asker(100);
  expect([ask('a', 'x'), ask('a', 'x'), ask('b', 'x'), ask('a', 'y')]).toEqual([false, true, false, false]);
  expect(subjects.size).toBe(3);
});

test('a tenant holds a tenth, and loses what it asked for the longest ago', () => {
  const { ask, subjects } = asker(30);
  for (const subject of ['x', 'y', 'z', 'x', 'new']) ask('a', subject);
  expect(subjects.size).toBe(3);
  expect([ask('a', 'x'), ask('a', 'z'), ask('a', 'new')]).toEqual([true, true, true]);
  expect(ask('a', 'y')).toBe(false);
});

test('asking for what is known pushes nothing out, also where all is full', () => {
  const { ask, subjects } = asker(20);
  const all = Array.from({ length: 20 }, (_, i) => [`t${i >> 1}`, `s${i}`] as const);
  for (const [tenant, subject] of all) ask(tenant, subject);
  expect(subjects.size).toBe(20);
  expect(all.map(([tenant, subject]) => ask(tenant, subject))).toEqual(all.map(() => true));
  expect(subjects.size).toBe(20);
});

test('where all is full, the least recent of all goes, whosever it is', () => {
  const { ask, subjects } = asker(20);
  for (let i = 0; i < 20; i++) ask(`t${i >> 1}`, `s${i}`);
  ask('t0', 's0');
  ask('new', 'n');
  expect(subjects.size).toBe(20);
  expect(ask('t0', 's0')).toBe(true);
  expect(ask('t0', 's1')).toBe(false);
});

test('every tenant may hold one', () => {
  const { ask, subjects } = asker(5);
  ask('a', 'x');
  ask('a', 'y');
  expect(subjects.size).toBe(1);
  expect(ask('a', 'y')).toBe(true);
});
