import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { expect, test } from 'vitest';
import { capturingLog, fakeClock } from '../../../src/testkit/index.ts';
import { type Session, startWork } from './work.ts';

const connection = {
  isClosed: () => false,
  flush: async () => undefined,
  close: async () => undefined,
} as unknown as NatsConnection;

/** Lets time pass in small steps, and tells when each attempt was made. */
const attemptsWithin = async (ms: number, session: Session, connect = async () => connection) => {
  const clock = fakeClock();
  const log = capturingLog();
  const at: number[] = [];
  const work = startWork({
    connect: () => {
      at.push(clock.monotonicMs());
      return connect();
    },
    session: (...parts) => {
      if (at.at(-1) !== clock.monotonicMs()) at.push(clock.monotonicMs());
      return session(...parts);
    },
    clock,
    log,
  });
  while (clock.monotonicMs() < ms) {
    await nextTurn();
    clock.advance(50);
  }
  await work.end();
  await work.close();
  return { at, log };
};

test('a server that is not there: tried ever more slowly, and said once', async () => {
  const { at, log } = await attemptsWithin(
    5000,
    async () => undefined,
    () => Promise.reject(new Error('connection refused')),
  );
  expect(at).toEqual([0, 250, 750, 1750, 3750]);
  expect(log.lines).toEqual(['warn messages cannot be received; trying again {"reason":"connection refused"}']);
});

test('what worked and broke is tried again soon, and said each time', async () => {
  const { at, log } = await attemptsWithin(1000, async (_connection, _signal, began) => {
    began();
    throw new Error('cut');
  });
  expect(at.slice(0, 3)).toEqual([0, 250, 500]);
  expect(log.lines.length).toBe(at.length);
});

test('ends a session that runs', async () => {
  const session: Session = (_connection, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  const { at, log } = await attemptsWithin(1000, session);
  expect([at, log.lines]).toEqual([[0], []]);
});
