import { expect, test } from 'vitest';
import { exampleEvent } from '../../../src/testkit/index.ts';
import { decode, type DecodeOptions, isUndecodable } from './decode.ts';
import { fakeMessage, type FakeMessageOptions } from './fixtures.ts';

const now = { seconds: 1_795_000_000, nanos: 7 };
const native: DecodeOptions = { receiver: 'nats', canonical: false, maxMessageBytes: 100_000, maxEventBytes: 1000 };
const canonical: DecodeOptions = { ...native, canonical: true };
const SEALED = { 'Betalogs-Format': 'canonical.v1' };

const run = (body: unknown, options = native, message: FakeMessageOptions = {}) =>
  decode(fakeMessage(body, message), 'acme', now, options);
const slotsOf = (...args: Parameters<typeof run>) => {
  const result = run(...args);
  if (isUndecodable(result)) throw new Error(result.error.code);
  return result.slots;
};
const codesOf = (...args: Parameters<typeof run>): string[] =>
  slotsOf(...args).map((slot) => ('verdict' in slot && slot.verdict === 'reject' ? slot.errors[0]!.code : 'ok'));
const codeOf = (...args: Parameters<typeof run>): string => {
  const result = run(...args);
  return isUndecodable(result) ? result.error.code : 'decoded';
};

test.each([
  ['{"a":1}', '', 1],
  ['{\n  "a": {\n }\n}', '', 1],
  ['[{"a":1},\n{"a":2}]', '', 2],
  ['{"events":[{"a":1},{"a":2}]}', '', 2],
  ['{"events":[{"a":1}],"more":1}', '', 1],
  ['{"a":1}\n{"a":2}', '', 2],
  ['{"a":"}\\n{"}', '', 1],
  ['{"a":1}\r\n\n {"a":2}\n', '', 2],
  ['{"a":1}\n', 'application/x-ndjson', 1],
  ['[{"a":1}]', 'application/json; charset=utf-8', 1],
])('%j as "%s" holds %i', (body, contentType, count) => {
  const headers: Record<string, string> = contentType === '' ? {} : { 'Content-Type': contentType };
  expect(codesOf(body, native, { headers })).toEqual(Array.from({ length: count }, () => 'ok'));
});

test.each([
  ['', 'JSON_SYNTAX'],
  ['nonsense', 'JSON_SYNTAX'],
  ['[]', 'BATCH_EMPTY'],
  [Buffer.from([0xff, 0xfe]), 'BODY_NOT_UTF8'],
  ['x'.repeat(100_001), 'NATS_MESSAGE_TOO_LARGE'],
  ['['.repeat(5000), 'JSON_DEPTH'],
])('%j: %s', (body, code) => {
  expect(codeOf(body)).toBe(code);
});

test('what is of another form is refused', () => {
  expect(codeOf('a,b', native, { headers: { 'Content-Type': 'text/csv' } })).toBe('NATS_CONTENT_TYPE');
  expect(codeOf('{}', native, { headers: { 'Content-Encoding': 'gzip' } })).toBe('NATS_ENCODING');
  expect(codeOf('\n', native, { headers: { 'Content-Type': 'application/x-ndjson' } })).toBe('BATCH_EMPTY');
  expect(codeOf('{}', native, { headers: SEALED })).toBe('NATS_CANONICAL');
  expect(codeOf('{}', canonical)).toBe('NATS_NOT_CANONICAL');
});

test('of several events each is judged by itself', () => {
  expect(codesOf('{"a":1}\nnonsense\n{"a":1e999}\n[1]\n{"b":2}')).toEqual([
    'ok',
    'JSON_SYNTAX',
    'JSON_NUMBER',
    'EVENT_FIELD_TYPE',
    'ok',
  ]);
  expect(codesOf(`{"a":1}\n{"a":"${'x'.repeat(1000)}"}`)).toEqual(['ok', 'EVENT_TOO_LARGE']);
});

test('a redelivery has the same ids, another message others', () => {
  const idsOf = (sequence: number, attempts: number) =>
    slotsOf('[{"a":1},{"a":2}]', native, { sequence, attempts }).map((slot) => 'content' in slot && slot.eventId);
  expect(idsOf(1, 1)).toEqual(idsOf(1, 2));
  expect(new Set([...idsOf(1, 1), ...idsOf(2, 1)]).size).toBe(4);
});

test('a canonical line is kept as it is: id, times, correlation, exact integers', () => {
  const event = exampleEvent({ receivedAt: '2026-11-23T10:00:01.5Z' });
  const line = JSON.stringify(event).replace('"total":59.9', '"total":12345678901234567890');
  const [slot] = slotsOf(line, canonical, { headers: SEALED });
  expect(slot).toMatchObject({
    canonical: true,
    eventId: event.eventId,
    receivedAt: { seconds: 1_795_428_001, nanos: 500_000_000 },
    rawSize: 300,
  });
  expect('content' in slot! && JSON.stringify(slot.content)).toBe(line);
});

test.each([
  ['another tenant', { tenantId: 'globex' }, 'TENANT_MISMATCH'],
  ['a version to come', { schemaVersion: '2.0' }, 'EVENT_FIELD_PATTERN'],
  ['no id', { eventId: undefined }, 'EVENT_FIELD_REQUIRED'],
  ['a time that is none', { timestamp: 'yesterday' }, 'EVENT_TIME_FORMAT'],
  ['no receipt', { receivedAt: '' }, 'EVENT_TIME_FORMAT'],
  ['no integrity', { integrity: undefined }, 'EVENT_FIELD_REQUIRED'],
  ['no correlation', { correlation: undefined }, 'EVENT_FIELD_REQUIRED'],
])('a canonical line with %s is refused, alone', (_name, change, code) => {
  const lines = [exampleEvent(), { ...exampleEvent(), ...change }].map((event) => JSON.stringify(event)).join('\n');
  expect(codesOf(lines, canonical, { headers: SEALED })).toEqual(['ok', code]);
});
