import { expect, test } from 'vitest';
import { fakeClock } from '../testkit/fakes.ts';
import { createBreaker, type BreakerState, type Pass } from './breaker.ts';

const LIMITS = { failures: 3, openForMs: 5000, probeEvents: 10 };
const never = new AbortController().signal;

const started = () => {
  const clock = fakeClock();
  return { clock, breaker: createBreaker(LIMITS, clock) };
};

/** Whether the promise is settled once everything that is due has run. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
};

interface Step {
  /** Attempts in order: + the store took something, - it did not; a number lets ms pass. */
  readonly history: readonly ('+' | '-' | number)[];
  readonly state: BreakerState;
  /** What the next attempt may send; undefined: it waits. */
  readonly next: number | undefined;
}
const ALL = Number.POSITIVE_INFINITY;
const table: readonly Step[] = [
  { history: [], state: 'closed', next: ALL },
  { history: ['-', '-'], state: 'closed', next: ALL },
  { history: ['-', '-', '+', '-', '-'], state: 'closed', next: ALL },
  { history: ['-', '-', '-'], state: 'open', next: undefined },
  { history: ['-', '-', '-', 4999], state: 'open', next: undefined },
  { history: ['-', '-', '-', 5000], state: 'open', next: 10 },
  { history: ['-', '-', '-', 5000, '+'], state: 'closed', next: ALL },
  { history: ['-', '-', '-', 5000, '-'], state: 'open', next: undefined },
  { history: ['-', '-', '-', 5000, '-', 5000], state: 'open', next: 10 },
  { history: ['-', '-', '-', 5000, '+', '-', '-'], state: 'closed', next: ALL },
];

test.each(table)('$history: $state, next $next', async ({ history, state, next }) => {
  const { clock, breaker } = started();
  for (const step of history) {
    if (typeof step === 'number') clock.advance(step);
    else (await breaker.enter(never)).settle(step === '+');
  }
  expect(breaker.state()).toBe(state);
  const entered = breaker.enter(never);
  if (next === undefined) expect(await isSettled(entered)).toBe(false);
  else expect((await entered).maxEvents).toBe(next);
});

test('one asks for all: the others wait for its answer', async () => {
  const { clock, breaker } = started();
  for (let i = 0; i < 3; i++) (await breaker.enter(never)).settle(false);
  const waiting = [breaker.enter(never), breaker.enter(never), breaker.enter(never)];
  clock.advance(5000);
  const probe = await Promise.race(waiting);
  expect([probe.maxEvents, breaker.state()]).toEqual([10, 'half_open']);
  const others: Promise<Pass>[] = [];
  for (const each of waiting) if (!(await isSettled(each))) others.push(each);
  expect(others).toHaveLength(2);
  probe.settle(true);
  for (const { maxEvents } of await Promise.all(others)) expect(maxEvents).toBe(ALL);
});

test('a failed question opens it again, and one of those who wait asks next', async () => {
  const { clock, breaker } = started();
  for (let i = 0; i < 3; i++) (await breaker.enter(never)).settle(false);
  clock.advance(5000);
  const probe = await breaker.enter(never);
  const other = breaker.enter(never);
  probe.settle(false);
  expect(await isSettled(other)).toBe(false);
  clock.advance(5000);
  expect((await other).maxEvents).toBe(10);
});

test('who waits is let go by the signal', async () => {
  const { breaker } = started();
  for (let i = 0; i < 3; i++) (await breaker.enter(never)).settle(false);
  const stop = new AbortController();
  const waiting = breaker.enter(stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
