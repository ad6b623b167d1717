import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capturingLog, fakeClock } from '../testkit/fakes.ts';
import type { Exporter, ExportOutcome, StoredBatch } from '../sdk/index.ts';
import { DeadLetterError } from './dead-letters.ts';
import { batchOfFrames } from './frames-batch.ts';
import { createDelivery, type Delivery, type DeliveryOptions } from './delivery.ts';
import { frameOf, lettersInMemory, watchedCursor } from './fixtures.ts';

/** A clock on which every wait is over at once. */
const hastyClock = () => {
  let nowMs = 0;
  return {
    now: () => ({ seconds: 0, nanos: 0 }),
    monotonicMs: () => nowMs,
    schedule: (delayMs: number, callback: () => void) => {
      const timer = setImmediate(() => {
        nowMs += delayMs;
        callback();
      });
      return () => clearImmediate(timer);
    },
  };
};
const idsOf = (batch: StoredBatch): string[] => batch.index.map(({ eventId }) => eventId);
const all = (batch: StoredBatch, outcome: ExportOutcome): ExportOutcome[] => idsOf(batch).map(() => outcome);

const deliveryOf = (
  own: Omit<Partial<DeliveryOptions>, 'exporter'> &
    Pick<DeliveryOptions, 'cursor'> & { readonly exporter: Omit<Exporter, 'stop'> },
): Delivery =>
  createDelivery({
    id: 'store',
    deadLetters: lettersInMemory(),
    batch: { maxEvents: 4, maxBytes: 1 << 20, maxWaitMs: 0, concurrency: 1 },
    cuts: false,
    retry: { initialMs: 100, maxMs: 1000 },
    breaker: { failures: 3, openForMs: 5000, probeEvents: 2 },
    timeoutMs: 10_000,
    clock: hastyClock(),
    random: () => 0.5,
    log: capturingLog(),
    ...own,
    exporter: { ...own.exporter, stop: async () => undefined },
  });
const never = new AbortController().signal;

const OUTCOMES = [
  'stored',
  'stored',
  'stored',
  'retry',
  'tooMuch',
  'dead',
  'refuse',
  'throw',
  'stop',
  'short',
] as const;

test('whatever a store answers: each event is stored or dead exactly once, and only then does the cursor pass it', async () => {
  const script = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 }),
    poison: fc.array(fc.nat(40), { maxLength: 5 }),
    answers: fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 40 }),
    concurrency: fc.integer({ min: 1, max: 4 }),
    noRoom: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(script, async ({ sizes, poison, answers, concurrency, noRoom }) => {
      let n = 0;
      const frames = sizes.map((size, i) =>
        frameOf(
          i + 1,
          Array.from({ length: size }, () => `e-${n++}`),
        ),
      );
      const bad = new Set(poison.map((i) => `e-${i}`));
      const stored: string[] = [];
      let failures = noRoom;
      const letters = lettersInMemory(() =>
        failures-- > 0 ? new DeadLetterError('DEAD_LETTERS_FULL', 'no room') : undefined,
      );
      const settled = (): Set<string | undefined> =>
        new Set([...stored, ...letters.written.map(({ eventId }) => eventId)]);
      const cursor = watchedCursor(frames, (sequences) => {
        const known = settled();
        const early = sequences.flatMap((sequence) => idsOf({ index: frames[sequence - 1]!.index } as StoredBatch));
        expect(early.filter((id) => !known.has(id))).toEqual([]);
      });
      const store = async (batch: StoredBatch): Promise<readonly ExportOutcome[]> => {
        const answer = answers.shift() ?? 'stored';
        await new Promise((resolve) => setImmediate(resolve));
        if (answer === 'throw') throw new Error('bug');
        if (answer === 'short') return [];
        if (answer === 'retry') return all(batch, { status: 'retry', reason: 'down' });
        if (answer === 'tooMuch') return all(batch, { status: 'retry', reason: '429', afterMs: 700, tooMuch: true });
        if (answer === 'stop') return all(batch, { status: 'stop', reason: '28P01' });
        const ids = idsOf(batch);
        // All or nothing, as a transaction: one bad event is the refusal of all.
        if (answer === 'refuse' && ids.some((id) => bad.has(id))) {
          return all(batch, { status: 'suspect', code: 'BAD', message: 'refused' });
        }
        return ids.map((id): ExportOutcome => {
          if (bad.has(id)) return { status: 'dead', code: 'BAD', message: 'refused' };
          stored.push(id);
          return { status: 'stored' };
        });
      };
      const delivery = deliveryOf({
        cursor,
        exporter: { export: store },
        deadLetters: letters,
        batch: { maxEvents: 4, maxBytes: 1 << 20, maxWaitMs: 0, concurrency },
      });
      delivery.start();
      await delivery.stop(never);
      const names = Array.from({ length: n }, (_, i) => `e-${i}`);
      const dead = letters.written.map(({ eventId }) => eventId!);
      expect([...stored, ...dead].toSorted()).toEqual(names.toSorted());
      expect(dead.toSorted()).toEqual(names.filter((id) => bad.has(id)).toSorted());
      expect(cursor.pendingFrames()).toBe(0);
      expect(delivery.status()).toMatchObject({ stored: stored.length, dead: dead.length });
    }),
    { numRuns: 300 },
  );
});

test('a slow batch does not hold the others: they are acknowledged before it', async () => {
  const slow = Promise.withResolvers<void>();
  const cursor = watchedCursor([1, 2, 3, 4, 5].map((sequence) => frameOf(sequence, [`e-${sequence}`])));
  let inFlight = 0;
  let most = 0;
  const delivery = deliveryOf({
    cursor,
    batch: { maxEvents: 1, maxBytes: 1 << 20, maxWaitMs: 0, concurrency: 3 },
    exporter: {
      export: async (batch) => {
        most = Math.max(most, ++inFlight);
        if (idsOf(batch)[0] === 'e-1') await slow.promise;
        else await new Promise((resolve) => setImmediate(resolve));
        if (cursor.acknowledged.length === 4) slow.resolve();
        if (idsOf(batch)[0] === 'e-5') setImmediate(slow.resolve);
        inFlight--;
        return all(batch, { status: 'stored' });
      },
    },
  });
  delivery.start();
  await delivery.stop(never);
  expect(cursor.acknowledged.at(-1)).toBe(1);
  expect(new Set(cursor.acknowledged)).toEqual(new Set([1, 2, 3, 4, 5]));
  expect(most).toBe(3);
});

test('an exporter with cuts has one batch in flight, whatever is configured', async () => {
  let most = 0;
  let inFlight = 0;
  const delivery = deliveryOf({
    cursor: watchedCursor([1, 2, 3, 4].map((sequence) => frameOf(sequence, [`e-${sequence}`]))),
    cuts: true,
    batch: { maxEvents: 1, maxBytes: 1 << 20, maxWaitMs: 0, concurrency: 8 },
    exporter: {
      export: async (batch) => {
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
        return all(batch, { status: 'stored' });
      },
    },
  });
  delivery.start();
  await delivery.stop(never);
  expect(most).toBe(1);
});

test('a store that is down is asked with a few events, and given the rest once it answers', async () => {
  const sizes: number[] = [];
  const events = Array.from({ length: 9 }, (_, i) => `e-${i}`);
  const delivery = deliveryOf({
    cursor: watchedCursor([frameOf(1, events)]),
    exporter: {
      export: async (batch) => {
        sizes.push(batch.count);
        return all(batch, sizes.length <= 5 ? { status: 'retry', reason: 'ECONNREFUSED' } : { status: 'stored' });
      },
    },
  });
  delivery.start();
  await delivery.stop(never);
  expect(sizes).toEqual([9, 9, 9, 2, 2, 2, 7]);
  expect(delivery.status()).toMatchObject({ breaker: 'closed', stored: 9, attempts: 7, retries: 5 });
});

test('what was too much goes in halves', async () => {
  const sizes: number[] = [];
  const delivery = deliveryOf({
    cursor: watchedCursor([
      frameOf(
        1,
        Array.from({ length: 8 }, (_, i) => `e-${i}`),
      ),
    ]),
    batch: { maxEvents: 8, maxBytes: 1 << 20, maxWaitMs: 0 },
    exporter: {
      export: async (batch) => {
        sizes.push(batch.count);
        return all(batch, batch.count > 2 ? { status: 'retry', reason: '57014', tooMuch: true } : { status: 'stored' });
      },
    },
  });
  delivery.start();
  await delivery.stop(never);
  expect(sizes).toEqual([8, 4, 2, 2, 2, 2]);
});

test('without room for dead letters it waits, says so, and loses nothing', async () => {
  const clock = fakeClock();
  let isFull = true;
  const letters = lettersInMemory(() =>
    isFull ? new DeadLetterError('DEAD_LETTERS_FULL', 'the budget is used up') : undefined,
  );
  const cursor = watchedCursor([frameOf(1, ['e-1'])]);
  const delivery = deliveryOf({
    cursor,
    clock,
    deadLetters: letters,
    exporter: { export: async (batch) => all(batch, { status: 'dead', code: 'BAD', message: 'refused' }) },
  });
  delivery.start();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  while (clock.scheduled === 0) await turn();
  expect(delivery.status()).toMatchObject({ state: 'failed', reason: 'DEAD_LETTERS_FULL: the budget is used up' });
  expect(cursor.acknowledged).toEqual([]);
  isFull = false;
  clock.advance(1000);
  await delivery.stop(never);
  expect([letters.written.length, cursor.acknowledged]).toEqual([1, [1]]);
});

test('metrics hear of every attempt and every letter', async () => {
  const heard: unknown[] = [];
  let attempts = 0;
  const delivery = deliveryOf({
    cursor: watchedCursor([frameOf(1, ['e-1', 'e-2'])]),
    exporter: {
      export: async (batch) =>
        attempts++ === 0
          ? all(batch, { status: 'retry', reason: 'down' })
          : [{ status: 'stored' }, { status: 'dead', code: 'BAD', message: 'refused' }],
    },
    metrics: {
      attempted: ({ exporter, batch, outcomes, attempt }) =>
        heard.push([exporter, attempt, batch.count, outcomes.map(({ status }) => status).join()]),
      buried: (letters) => heard.push(letters.map(({ eventId, code }) => `${eventId} ${code}`)),
    },
  });
  delivery.start();
  await delivery.stop(never);
  expect(heard).toEqual([['store', 1, 2, 'retry,retry'], ['store', 2, 2, 'stored,dead'], ['e-2 BAD']]);
});

test('a try beside the cursor waits for its turn, and is refused while the exporter has not started', async () => {
  const running: string[] = [];
  const started = Promise.withResolvers<void>();
  const delivery = deliveryOf({
    cursor: watchedCursor([]),
    exporter: {
      start: () => started.promise,
      export: async (batch) => {
        running.push(idsOf(batch).join());
        return all(batch, { status: 'stored' });
      },
    },
  });
  const batch = batchOfFrames([frameOf(1, ['e-1'])]);
  delivery.start();
  expect(await delivery.tryOnce(batch, never)).toEqual([{ status: 'retry', reason: 'the exporter is starting' }]);
  started.resolve();
  while (delivery.status().state !== 'ok') await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await delivery.tryOnce(batch, never)).toEqual([{ status: 'stored' }]);
  expect(running).toEqual(['e-1']);
  await delivery.stop(never);
});

test('a store that was never reached does not hold up the stop when nothing waits for it, and its reason is logged', async () => {
  const log = capturingLog();
  const refused = Promise.withResolvers<void>();
  const delivery = deliveryOf({
    cursor: watchedCursor([]),
    log,
    exporter: {
      start: async () => {
        refused.resolve();
        throw new Error('ECONNREFUSED');
      },
      export: async () => [],
    },
  });
  delivery.start();
  await refused.promise;
  await delivery.stop(never);
  expect(delivery.status().state).toBe('stopped');
  expect(log.lines.join('\n')).toContain('ECONNREFUSED');
});
