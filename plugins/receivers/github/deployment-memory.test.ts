import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDeploymentMemory, type SuccessfulDeployment } from './deployment-memory.ts';

const PLACE = { repository: 'o/r', environment: 'production' };
const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
const deployment = (sha: string, minute: number): SuccessfulDeployment => ({
  ...PLACE,
  deploymentId: `d${minute}`,
  sha,
  createdAt: at(minute),
});
const remembering = (...shas: readonly string[]) => {
  const memory = createDeploymentMemory();
  for (const [i, sha] of shas.entries()) memory.remember(deployment(sha, i));
  return memory;
};

describe('is the next deployment a rollback?', () => {
  test.each<[readonly string[], string, string | undefined]>([
    [[], 'a', undefined],
    [['a'], 'a', undefined],
    [['a'], 'b', undefined],
    [['a', 'b'], 'b', undefined],
    [['a', 'b'], 'c', undefined],
    [['a', 'b'], 'a', 'd1'],
    [['a', 'b', 'c'], 'a', 'd2'],
    // Forward again after a rollback: b is newer than a.
    [['a', 'b', 'a'], 'b', undefined],
    [['a', 'b', 'a'], 'a', undefined],
    [['a', 'b', 'a', 'b'], 'a', 'd3'],
  ])('after %j, %s turns away from %s', (shas, sha, from) => {
    expect(remembering(...shas).rolledBackBy({ ...PLACE, sha, createdAt: at(30) })?.deploymentId).toBe(from);
  });
});

test('other repositories and environments are apart', () => {
  const memory = remembering('a', 'b');
  const target = { ...PLACE, sha: 'a', createdAt: at(30) };
  expect(memory.rolledBackBy({ ...target, environment: 'staging' })).toBeUndefined();
  expect(memory.rolledBackBy({ ...target, repository: 'o/r2' })).toBeUndefined();
});

test('a redelivery gets the answer that the delivery got, whatever came since', () => {
  const memory = remembering('a', 'b');
  const target = { ...PLACE, sha: 'a', createdAt: at(2) };
  expect(memory.rolledBackBy(target)?.deploymentId).toBe('d1');
  memory.remember(deployment('a', 2));
  memory.remember(deployment('c', 3));
  expect(memory.rolledBackBy(target)?.deploymentId).toBe('d1');
});

test('the order in which successes are heard of does not matter', () => {
  const deployments = ['a', 'b', 'c', 'b', 'd'].map(deployment);
  fc.assert(
    fc.property(fc.shuffledSubarray(deployments, { minLength: deployments.length }), (heard) => {
      const memory = createDeploymentMemory();
      for (const one of [...heard, heard[0]!]) memory.remember(one);
      expect(memory.rolledBackBy({ ...PLACE, sha: 'b', createdAt: at(30) })?.deploymentId).toBe('d4');
      expect(memory.rolledBackBy({ ...PLACE, sha: 'd', createdAt: at(30) })).toBeUndefined();
    }),
  );
});

test('it is bounded: the environment that was used least recently is forgotten first', () => {
  const memory = createDeploymentMemory(2);
  const of = (environment: string, sha: string, minute: number) => ({ ...deployment(sha, minute), environment });
  const isRollback = (environment: string) =>
    memory.rolledBackBy({ ...PLACE, environment, sha: 'a', createdAt: at(30) }) !== undefined;
  for (const environment of ['1', '2'])
    for (const [i, sha] of ['a', 'b'].entries()) memory.remember(of(environment, sha, i));
  expect(isRollback('1')).toBe(true);
  memory.remember(of('3', 'a', 0));
  expect([isRollback('1'), isRollback('2')]).toEqual([true, false]);
});

test('at most 64 deployments of an environment are kept', () => {
  const memory = createDeploymentMemory();
  const second = (i: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString();
  for (let i = 0; i <= 64; i++)
    memory.remember({ ...PLACE, deploymentId: `d${i}`, sha: `s${i}`, createdAt: second(i) });
  const target = { ...PLACE, createdAt: second(1000) };
  expect(memory.rolledBackBy({ ...target, sha: 's0' })).toBeUndefined();
  expect(memory.rolledBackBy({ ...target, sha: 's1' })?.deploymentId).toBe('d64');
});

test('a time that cannot be read is no deployment', () => {
  const memory = remembering('a', 'b');
  memory.remember({ ...deployment('c', 5), createdAt: 'soon' });
  expect(memory.rolledBackBy({ ...PLACE, sha: 'a', createdAt: 'soon' })).toBeUndefined();
  expect(memory.rolledBackBy({ ...PLACE, sha: 'a', createdAt: at(30) })?.deploymentId).toBe('d1');
});
