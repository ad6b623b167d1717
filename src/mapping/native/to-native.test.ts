import { expect, test } from 'vitest';
import type { RawEvent } from '../../event/raw-event.ts';
import { exampleEvent } from '../../testkit/index.ts';
import { mapNative } from './map-native.ts';
import { toNative, toPosted } from './to-native.ts';

test('a canonical event without what the edge adds', () => {
  const sent = JSON.parse(JSON.stringify(toNative(exampleEvent()))) as unknown;
  expect(sent).toEqual({
    category: 'business',
    action: 'checkout_started',
    timestamp: '2026-11-23T10:00:00.000000001Z',
    outcome: 'pending',
    severity: 9,
    actor: { id: 'u-42', type: 'app_user' },
    object: { type: 'order', id: 'o-1001' },
    correlation: { correlationId: 'c-1' },
    data: { orderId: 'o-1001', total: 59.9 },
  });
});

test('a group that was derived is not sent; the keys and the source are', () => {
  const event = exampleEvent({
    correlation: { correlationId: 'x', method: 'business_key', confidence: 0.9, businessKeys: { orderId: 'o-1' } },
    source: { kind: 'github', name: 'webhook', eventId: 'd-1' },
  });
  expect(toNative(event)).toMatchObject({
    correlation: { businessKeys: { orderId: 'o-1' } },
    source: { name: 'webhook', eventId: 'd-1' },
  });
  expect(toNative(event)['correlation']).not.toHaveProperty('correlationId');
  expect(toNative(event)['source']).not.toHaveProperty('kind');
});

const raw = (rest: Partial<RawEvent>): RawEvent => ({
  content: { action: 'x.a' },
  source: { kind: 'cloudtrail', receiver: 'send' },
  receivedAt: { seconds: 1, nanos: 0 },
  rawSize: 1,
  ...rest,
});
const long = 'i'.repeat(300);

test.each<[string, Partial<RawEvent>, unknown]>([
  [
    'an identity',
    { identity: { name: 'cloudtrail', id: 'e-1' } },
    { sourceEventId: 'e-1', source: { name: 'cloudtrail', kind: 'cloudtrail' } },
  ],
  ['a part of one', { identity: { name: '', id: 'e', part: '2' } }, { sourceEventId: 'e/2' }],
  [
    'one that is too long',
    { identity: { name: '', id: long } },
    { sourceEventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown },
  ],
  ['the id of a record without one', { eventId: 'derived' }, { sourceEventId: 'derived' }],
  [
    "the sender's own name, which goes before",
    { content: { sourceEventId: 'own' }, identity: { name: 'n', id: 'e' } },
    { sourceEventId: 'own' },
  ],
  [
    "the source's own name",
    { content: { source: 'billing' }, source: { kind: 'api', receiver: 'send' } },
    { source: { name: 'billing' } },
  ],
  [
    'a time in numbers',
    { instant: { seconds: 1_795_000_000, nanos: 5 } },
    { timestamp: '2026-11-18T11:06:40.000000005Z' },
  ],
  [
    'what a mapping had to say',
    { content: { attributes: { a: 1 } }, warnings: [{ code: 'data_cut', path: '/data/x' }, { code: 'y' }] },
    { attributes: { a: 1, 'mapping.warnings': ['data_cut /data/x', 'y'] } },
  ],
])('what is posted carries %s', (_name, rest, expected) => {
  expect(toPosted(raw(rest))).toMatchObject(expected as object);
});

const CONTEXT = { receiver: 'convert', receivedAt: { seconds: 1, nanos: 0 }, rawSize: 2 };
test.each([null, 1, 'a', [], JSON.parse('[1]')])('%j is no native event', (value) => {
  expect(mapNative(value, CONTEXT)).toMatchObject({
    verdict: 'reject',
    errors: [{ code: 'EVENT_FIELD_TYPE', path: '' }],
  });
});
