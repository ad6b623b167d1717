import { expect, test } from 'vitest';
import { createInFlight } from './in-flight.ts';
import { createPermits } from './permits.ts';

test('so many works at once, and no more', async () => {
  const inFlight = createInFlight(3);
  let running = 0;
  let most = 0;
  for (let i = 0; i < 20; i++) {
    await inFlight.room();
    inFlight.add(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
  }
  await inFlight.done();
  expect([most, running]).toEqual([3, 0]);
});

test('a failure is told when all others have ended', async () => {
  const inFlight = createInFlight(2);
  const slow = Promise.withResolvers<void>();
  let ended = false;
  inFlight.add(async () => {
    await slow.promise;
    ended = true;
  });
  inFlight.add(() => Promise.reject(new Error('first')));
  const room = inFlight.room();
  setImmediate(slow.resolve);
  await expect(room).rejects.toThrow('first');
  expect(ended).toBe(true);
});

test('permits: in the order of asking, and idle when all are given back', async () => {
  const permits = createPermits(1);
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const works = ['a', 'b', 'c'].map((name) =>
    permits.run(async () => {
      order.push(name);
      if (name === 'a') await first.promise;
      if (name === 'b') throw new Error('b fails');
    }),
  );
  const settled = Promise.allSettled(works);
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['a']);
  first.resolve();
  await permits.idle();
  expect(order).toEqual(['a', 'b', 'c']);
  expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await permits.idle();
});
