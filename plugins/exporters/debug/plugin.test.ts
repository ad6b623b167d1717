import { expect, test } from 'vitest';
import { exampleEvents, exporterSuite, storedBatch } from '../../../src/testkit/index.ts';
import { encode } from './encode.ts';
import { exportBatch } from './export-batch.ts';
import plugin from './plugin.ts';

exporterSuite(plugin);

const events = exampleEvents(3, (i) => ({ category: i === 0 ? 'security' : 'business' }));
const batch = storedBatch(events);
const signal = new AbortController().signal;

test('basic: a line a batch, without anything of an event', () => {
  expect(encode(batch, 'basic')).toBe(`debug: 3 events, ${batch.lines.length} bytes: security 1, business 2\n`);
});

test('normal: a line an event', () => {
  expect(encode(batch, 'normal').split('\n')).toEqual([
    ...events.map(
      ({ eventId, category }) =>
        `debug: 2026-11-23T10:00:00.000000001Z acme ${category} checkout_started pending ${eventId} c-1`,
    ),
    '',
  ]);
});

test('detailed: the events as they are stored', () => {
  expect(encode(batch, 'detailed')).toBe(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
});

test.each([
  ['EPIPE', 'stored'],
  ['ERR_STREAM_DESTROYED', 'stored'],
  ['EAGAIN', 'retry'],
])('a stream that answers %s: %s', async (code, status) => {
  const write = (): Promise<void> => Promise.reject(Object.assign(new Error('stream'), { code }));
  const outcomes = await exportBatch(write, 'basic', batch, signal);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(events.map(() => status));
});

test('an error that is none of the stream is not taken for an answer', async () => {
  await expect(exportBatch(() => Promise.reject(new TypeError('bug')), 'basic', batch, signal)).rejects.toThrow('bug');
});
