import { expect, test } from 'vitest';
import type { ExportOutcome, StoredBatch } from '../sdk/index.ts';
import type { StoredFrame } from '../journal/journal.ts';
import { createBackoff } from './backoff.ts';
import { createBatchLimit } from './batch-limit.ts';
import { createBreaker } from './breaker.ts';
import { createPermits } from './permits.ts';
import type { DeadLetter } from './dead-letters.ts';
import { deliverBatch, type AttemptReport } from './deliver-batch.ts';
import { batchOfFrames } from './frames-batch.ts';

const frame = (sequence: number, ids: readonly string[]): StoredFrame => {
  const lines = Buffer.from(ids.map((id) => `${JSON.stringify({ eventId: id })}\n`).join(''));
  const length = Buffer.byteLength(JSON.stringify({ eventId: ids[0] }));
  const at = { seconds: 0, nanos: 0 };
  const index = ids.map((eventId, i) => ({
    eventId,
    tenantId: 'acme',
    category: 'business' as const,
    timestamp: at,
    receivedAt: at,
    senderNamed: false,
    offset: i * (length + 1),
    length,
  }));
  return { sequence, count: ids.length, pipeline: 'p', lines, index };
};

const ids = (batch: StoredBatch): string[] => Array.from({ length: batch.count }, (_, i) => batch.event(i).eventId);

/** An exporter that answers by `answers`, attempt by attempt; what is told of an event holds for it alone. */
const delivery = (answer: (id: string, attempt: number, batch: readonly string[]) => ExportOutcome | Error) => {
  const seen: string[][] = [];
  const letters: DeadLetter[] = [];
  const reports: AttemptReport[] = [];
  const waits: number[] = [];
  const clock = {
    now: () => ({ seconds: 0, nanos: 0 }),
    monotonicMs: () => 0,
    schedule: (delayMs: number, callback: () => void) => {
      waits.push(delayMs);
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const parts = {
    id: 'test',
    exporter: {
      export: async (batch: StoredBatch) => {
        const sent = ids(batch);
        seen.push(sent);
        return sent.map((id) => {
          const outcome = answer(id, seen.length, sent);
          if (outcome instanceof Error) throw outcome;
          return outcome;
        });
      },
      stop: async () => undefined,
    },
    deadLetters: {
      write: async (more: readonly DeadLetter[]) => void letters.push(...more),
      close: async () => undefined,
    },
    backoff: createBackoff({ initialMs: 100, maxMs: 1000 }, () => 1),
    breaker: createBreaker({ failures: 100, openForMs: 1, probeEvents: 1 }, clock),
    limit: createBatchLimit(),
    permits: createPermits(1),
    stoppedDelayMs: 9000,
    timeoutMs: 1000,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    report: (report: AttemptReport) => void reports.push(report),
  };
  const run = (batch: StoredBatch, signal = new AbortController().signal) => deliverBatch(parts, batch, signal);
  return { run, seen, letters, reports, waits };
};

const batch = () => batchOfFrames([frame(1, ['a1', 'a2']), frame(2, ['b1', 'b2', 'b3'])]);

test('a batch over several frames goes out whole, once', async () => {
  const { run, seen, waits } = delivery(() => ({ status: 'stored' }));
  await run(batch());
  expect(seen).toEqual([['a1', 'a2', 'b1', 'b2', 'b3']]);
  expect(waits).toEqual([]);
});

test("only what must be tried again is sent again, after the store's own delay", async () => {
  const { run, seen, waits, reports } = delivery((id, attempt) =>
    id === 'b2' && attempt < 3 ? { status: 'retry', reason: '429', afterMs: 700 } : { status: 'stored' },
  );
  await run(batch());
  expect(seen).toEqual([['a1', 'a2', 'b1', 'b2', 'b3'], ['b2'], ['b2']]);
  expect(waits).toEqual([700, 700]);
  expect(reports[0]).toEqual({ attempts: 1, stored: 4, dead: 0, trouble: { state: 'retrying', reason: '429' } });
  expect(reports.at(-1)).toEqual({ attempts: 1, stored: 1, dead: 0, trouble: undefined });
});

test('an event that the store will never take becomes a dead letter with its line; the rest is stored', async () => {
  const { run, letters, seen } = delivery((id) =>
    id === 'a2' ? { status: 'dead', code: '22001', message: 'too long' } : { status: 'stored' },
  );
  await run(batch());
  expect(seen).toHaveLength(1);
  expect(letters).toEqual([
    {
      stage: 'exporter',
      code: '22001',
      message: 'too long',
      component: 'test',
      tenant: 'acme',
      eventId: 'a2',
      attempts: 1,
      line: '{"eventId":"a2"}',
    },
  ]);
});

test('a batch refused as a whole is bisected until the poison stands alone', async () => {
  const { run, letters, seen } = delivery((_, __, sent) =>
    sent.includes('b1') ? { status: 'suspect', code: '22003', message: 'out of range' } : { status: 'stored' },
  );
  await run(batch());
  expect(letters.map(({ eventId, code }) => [eventId, code])).toEqual([['b1', '22003']]);
  expect(
    seen
      .filter((sent) => !sent.includes('b1'))
      .flat()
      .toSorted(),
  ).toEqual(['a1', 'a2', 'b2', 'b3']);
});

test('an outage in the middle of a bisection is waited out', async () => {
  const { run, letters, waits } = delivery((_, attempt, sent) => {
    if (attempt === 2) return { status: 'retry', reason: 'ECONNRESET' };
    return sent.includes('a1') ? { status: 'suspect', code: '22021', message: 'bad byte' } : { status: 'stored' };
  });
  await run(batch());
  expect(letters.map(({ eventId }) => eventId)).toEqual(['a1']);
  expect(waits).toHaveLength(1);
});

test('an exporter that throws, or answers for too few events, is tried again', async () => {
  const { run, seen } = delivery((_, attempt) => (attempt === 1 ? new Error('bug') : { status: 'stored' }));
  await run(batch());
  expect(seen).toHaveLength(2);
});

test('a store that refuses us is asked again slowly, and says so', async () => {
  const { run, waits, reports } = delivery((_, attempt) =>
    attempt === 1 ? { status: 'stop', reason: '28P01' } : { status: 'stored' },
  );
  await run(batch());
  expect(waits).toEqual([9000]);
  expect(reports[0]!.trouble).toEqual({ state: 'failed', reason: '28P01' });
});

test('stops between attempts when it is told to', async () => {
  const stop = new AbortController();
  const { run } = delivery(() => {
    stop.abort();
    return { status: 'retry', reason: 'down' };
  });
  await expect(run(batch(), stop.signal)).rejects.toThrow('aborted');
});
