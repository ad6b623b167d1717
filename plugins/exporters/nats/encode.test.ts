import { expect, test } from 'vitest';
import { exampleEvents, storedBatch } from '../../../src/testkit/index.ts';
import { encode } from './encode.ts';
import { compileSubject } from './subject.ts';

const subjectOf = compileSubject('events.{tenant}.{category}');
const events = exampleEvents(6, (i) => ({
  tenantId: i % 2 === 0 ? 'acme' : 'globex',
  category: i < 4 ? 'business' : 'security',
}));
const batch = storedBatch(events);
const idsIn = (payload: Uint8Array): string[] =>
  Buffer.from(payload)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { eventId: string }).eventId);

test('a message holds the events of one tenant and category, in order', () => {
  const { messages, tooLarge } = encode(batch, { subjectOf, maxBytes: 1e6 });
  expect(tooLarge).toEqual([]);
  expect(messages.map(({ subject, positions }) => [subject, positions])).toEqual([
    ['events.acme.business', [0, 2]],
    ['events.globex.business', [1, 3]],
    ['events.acme.security', [4]],
    ['events.globex.security', [5]],
  ]);
  for (const { payload, positions } of messages)
    expect(idsIn(payload)).toEqual(positions.map((i) => events[i]!.eventId));
});

test('runs of lines are not copied', () => {
  const own = storedBatch(exampleEvents(3));
  const { messages } = encode(own, { subjectOf, maxBytes: 1e6 });
  expect(messages[0]!.payload.buffer).toBe(own.lines.buffer);
  expect(messages[0]!.payload).toHaveLength(own.lines.length);
});

test.each([1, 2, 3, 7])('no message is larger than allowed: room for %i lines', (count) => {
  const own = storedBatch(exampleEvents(10));
  const line = own.index[0]!.length + 1;
  const { messages } = encode(own, { subjectOf, maxBytes: line * count });
  expect(messages.flatMap(({ positions }) => positions)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(messages).toHaveLength(Math.ceil(10 / count));
  for (const { payload } of messages) expect(payload.length).toBeLessThanOrEqual(line * count);
});

test('an event that no message can hold is told apart; its neighbours are sent', () => {
  const own = storedBatch(exampleEvents(3, (i) => (i === 1 ? { data: { long: 'x'.repeat(2000) } } : {})));
  const { messages, tooLarge } = encode(own, { subjectOf, maxBytes: 1500 });
  expect(tooLarge).toEqual([1]);
  expect(messages.map(({ positions }) => positions)).toEqual([[0, 2]]);
});

test('the id is that of the events and the subject, whatever else was in the batch', () => {
  const idOf = (from: number, to: number, template = 'events.{tenant}.{category}') =>
    encode(storedBatch(exampleEvents(9).slice(from, to)), { subjectOf: compileSubject(template), maxBytes: 1e6 })
      .messages[0]!.id;
  expect(idOf(0, 3)).toBe(idOf(0, 3));
  expect(new Set([idOf(0, 3), idOf(0, 4), idOf(1, 3), idOf(0, 3, 'other.{tenant}.{category}')]).size).toBe(4);
});
