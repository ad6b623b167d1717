import { expect, test } from 'vitest';
import { fakeClock } from '../../../src/testkit/index.ts';
import { createFlow } from './flow.ts';

const setUp = () => {
  const clock = fakeClock();
  const state = { open: 0 };
  return { clock, state, flow: createFlow({ batch: 10, open: () => state.open, clock }) };
};
const NEVER = new AbortController().signal;
const isSettled = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);

test('asks for as much as there is room for', async () => {
  const { flow, state } = setUp();
  expect(await flow.room(NEVER)).toBe(10);
  state.open = 5;
  expect(await flow.room(NEVER)).toBe(5);
});

test('asks for nothing until half is answered', async () => {
  const { flow, state } = setUp();
  state.open = 6;
  const room = flow.room(NEVER);
  flow.changed();
  expect(await isSettled(room)).toBe(false);
  state.open = 4;
  flow.changed();
  expect(await room).toBe(6);
});

test('asks for nothing while the intake is busy', async () => {
  const { flow, clock } = setUp();
  flow.hold(1000);
  const room = flow.room(NEVER);
  clock.advance(999);
  expect(await isSettled(room)).toBe(false);
  clock.advance(1);
  expect(await room).toBe(10);
});

test('a stop ends the wait with nothing', async () => {
  const { flow } = setUp();
  flow.hold(1000);
  const stop = new AbortController();
  const room = flow.room(stop.signal);
  stop.abort();
  expect(await room).toBe(0);
});

test('a timer that is early by the clock that counts is set again', async () => {
  const { clock } = setUp();
  let lateMs = 0;
  const early = createFlow({
    batch: 10,
    open: () => 0,
    clock: { monotonicMs: () => clock.monotonicMs() - lateMs, schedule: clock.schedule },
  });
  early.hold(1000);
  lateMs = 0.4;
  const room = early.room(NEVER);
  clock.advance(1000);
  expect(await isSettled(room)).toBe(false);
  clock.advance(1);
  expect(await room).toBe(10);
});
