import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExportOutcome } from '../sdk/index.ts';
import { capturingLog, exampleEvent, fakeClock } from '../testkit/fakes.ts';
import { createDeadLetterQueue, type TryOnce } from './dead-letter-queue.ts';
import { openDeadLetters, type DeadLetter, type DeadLetters } from './dead-letters.ts';

let directory: string;
let letters: DeadLetters;
const uuid = (n: number): string => `019ab000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const letter = (n: number, own: Partial<DeadLetter> = {}): DeadLetter => ({
  stage: 'exporter',
  code: '22001',
  message: 'too long',
  component: 'postgres',
  tenant: 'acme',
  eventId: uuid(n),
  attempts: 1,
  line: JSON.stringify(exampleEvent({ eventId: uuid(n) })),
  ...own,
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dead-letter-queue-'));
  letters = await openDeadLetters({ directory, maxBytes: 1 << 24, clock: fakeClock(), log: capturingLog() });
});
afterEach(async () => {
  await letters.close();
  await rm(directory, { recursive: true, force: true });
});

/** A store by what it says of each event; the ids of every batch it was asked to take. */
const storeOf = (say: (id: string, together: number) => ExportOutcome) => {
  const asked: string[][] = [];
  const tryOnce: TryOnce = async ({ index }) => {
    asked.push(index.map(({ eventId }) => eventId));
    return index.map(({ eventId }) => say(eventId, index.length));
  };
  return { asked, tryOnce };
};
const queueOf = (exporters: Record<string, TryOnce>) =>
  createDeadLetterQueue({
    letters,
    exporters: new Map(Object.entries(exporters)),
    signal: new AbortController().signal,
  });
const openIds = async (): Promise<string[]> => (await letters.list({})).map(({ eventId = '' }) => eventId).toSorted();
const STORED: ExportOutcome = { status: 'stored' };

test('a retry goes to the exporter that refused it, with the same id, and resolves what it stores', async () => {
  await letters.write([letter(1), letter(2), letter(3, { component: 's3' })]);
  const postgres = storeOf(() => STORED);
  const s3 = storeOf(() => STORED);
  const results = await queueOf({ postgres: postgres.tryOnce, s3: s3.tryOnce }).retry({}, { dryRun: false });
  expect(results.map(({ status }) => status)).toEqual(['retried', 'retried', 'retried']);
  expect([postgres.asked, s3.asked]).toEqual([[[uuid(1), uuid(2)]], [[uuid(3)]]]);
  expect(await openIds()).toEqual([]);
});

test('what is refused again stays, with an attempt more and the new reason; an outage leaves it as it was', async () => {
  await letters.write([letter(1), letter(2), letter(3)]);
  const { tryOnce } = storeOf((id) =>
    id === uuid(1)
      ? { status: 'dead', code: '22003', message: 'out of range' }
      : id === uuid(2)
        ? { status: 'retry', reason: 'ECONNREFUSED' }
        : STORED,
  );
  const results = await queueOf({ postgres: tryOnce }).retry({}, { dryRun: false });
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ['refused', '22003'],
    ['unavailable', 'DLQ_UNAVAILABLE'],
    ['retried', undefined],
  ]);
  expect((await letters.list({})).map(({ eventId, attempts, code }) => [eventId, attempts, code])).toEqual([
    [uuid(2), 1, '22001'],
    [uuid(1), 2, '22003'],
  ]);
});

test('where the store refuses all for one, each is asked about alone', async () => {
  await letters.write([letter(1), letter(2), letter(3)]);
  const { tryOnce } = storeOf((id, together) =>
    together > 1 || id === uuid(2) ? { status: 'suspect', code: '22021', message: 'bad byte' } : STORED,
  );
  const results = await queueOf({ postgres: tryOnce }).retry({}, { dryRun: false });
  expect(results.map(({ status }) => status)).toEqual(['retried', 'refused', 'retried']);
  expect(await openIds()).toEqual([uuid(2)]);
});

test('what cannot be retried says why: no event, or no such exporter', async () => {
  const { line: _, ...bare } = letter(1);
  await letters.write([{ ...bare, size: 12, digest: 'hmac-sha256:ab' }, letter(2, { component: 'gone' }), letter(3, { stage: 'receiver', component: 'nats' })]); // prettier-ignore
  const { asked, tryOnce } = storeOf(() => STORED);
  const results = await queueOf({ postgres: tryOnce }).retry({}, { dryRun: false });
  expect(results.map(({ status, code }) => [status, code])).toEqual([
    ['not_retriable', 'DLQ_NO_EVENT'],
    ['not_retriable', 'DLQ_NO_EXPORTER'],
    ['not_retriable', 'DLQ_NO_EXPORTER'],
  ]);
  expect([asked, (await openIds()).length]).toEqual([[], 3]);
});

test('only what fits is touched: by tenant, by id; and a dry run touches nothing', async () => {
  await letters.write([letter(1), letter(2, { tenant: 'globex' }), letter(3)]);
  const { asked, tryOnce } = storeOf(() => STORED);
  const queue = queueOf({ postgres: tryOnce });
  const foreign = (await letters.list({ tenant: 'globex' }))[0]!.id;
  expect(await queue.retry({ tenant: 'acme', ids: new Set([foreign]) }, { dryRun: false })).toEqual([]);
  expect(await queue.drop({ tenant: 'acme', ids: new Set([foreign]) }, { dryRun: false })).toEqual([]);
  const matched = [expect.objectContaining({ status: 'matched' }), expect.objectContaining({ status: 'matched' })];
  expect(await queue.retry({ tenant: 'acme' }, { dryRun: true })).toEqual(matched);
  expect(await queue.drop({ tenant: 'acme' }, { dryRun: true })).toEqual(matched);
  expect([asked, (await openIds()).length]).toEqual([[], 3]);
  expect(await queue.drop({ tenant: 'acme' }, { dryRun: false })).toHaveLength(2);
  expect(await openIds()).toEqual([uuid(2)]);
});

test('many letters go a hundred at a time', async () => {
  await letters.write(Array.from({ length: 250 }, (_, i) => letter(i)));
  const { asked, tryOnce } = storeOf(() => STORED);
  expect(await queueOf({ postgres: tryOnce }).retry({}, { dryRun: false })).toHaveLength(250);
  expect(asked.map(({ length }) => length)).toEqual([100, 100, 50]);
});
