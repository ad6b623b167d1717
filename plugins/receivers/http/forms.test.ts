// Every form that the native API takes, from a request's headers and bytes to its slots.
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { encodeBinary } from '../../../src/event/binary.ts';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { RequestFacts } from './decode.ts';
import { createForms } from './forms.ts';

const FACTS: RequestFacts = {
  source: { kind: 'api', receiver: 'http', contentType: 'any', traceparent: 'hop' },
  receivedAt: { seconds: 1, nanos: 2 },
};
const CANARY = 'canary7f3a';
const types = { 'com.acme.lost': { category: 'business', action: 'order_failed' } } as const;
const forms = createForms({ maxEventBytes: 1000, maxEvents: 3 }, { types });
const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const event = (headers: Record<string, string>, body: string | Uint8Array, facts: RequestFacts = FACTS) =>
  forms.eventForm(request(headers))?.(Buffer.from(body as string), facts);
const batch = (contentType: string, body: string, facts: RequestFacts = FACTS) =>
  forms.batchForm(request({ 'content-type': contentType }))?.(Buffer.from(body), facts);

const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
const BINARY = { 'ce-specversion': '1.0', 'ce-id': 'e1', 'ce-source': '/shop', 'ce-type': 'com.acme.order.failed' };
const PROTOBUF = { 'content-type': 'application/vnd.betalogs.event.v1+protobuf' };
const sent = { specversion: '1.0', id: 'e1', source: '/shop', type: 'com.acme.order.failed', data: { a: 1 } };

describe('a CloudEvent', () => {
  test('is the same in each mode, whatever the Idempotency-Key', async () => {
    const facts = { ...FACTS, key: 'k' };
    const [structured] = (await event(STRUCTURED, JSON.stringify(sent), facts)) as RawEvent[];
    const [binary] = (await event({ ...BINARY, 'content-type': 'application/json' }, '{"a":1}', facts)) as RawEvent[];
    const [batched] = (await batch('application/cloudevents-batch+json', JSON.stringify([sent]), facts)) as RawEvent[];
    expect(structured).toMatchObject({
      content: { category: 'business', action: 'order_failed', data: { a: 1 } },
      source: { kind: 'cloudevents', receiver: 'http', contentType: 'any', traceparent: 'hop' },
      identity: { name: '/shop', id: 'e1' },
      receivedAt: FACTS.receivedAt,
      rawSize: JSON.stringify(sent).length,
    });
    expect(binary).toEqual({ ...structured, rawSize: 7 });
    expect(batched).toEqual({ ...structured, rawSize: JSON.stringify([sent]).length });
  });

  test('by the registered type', async () =>
    expect(await event({ ...BINARY, 'ce-type': 'com.acme.lost' }, '')).toMatchObject([
      { content: { action: 'order_failed', category: 'business' } },
    ]));

  test('a structured one goes before headers of another', async () =>
    expect(await event({ ...BINARY, ...STRUCTURED, 'ce-id': 'other' }, JSON.stringify(sent))).toMatchObject([
      { identity: { id: 'e1' } },
    ]));

  test('in binary mode any content type is data', async () =>
    expect(await event({ ...BINARY, 'content-type': 'image/png' }, Buffer.from([1]))).toMatchObject([
      { content: { data: { data_base64: 'AQ==' } } },
    ]));

  test('a CDEvent in it is one', async () => {
    const type = 'dev.cdevents.change.merged.0.2.0';
    const found = await event(STRUCTURED, JSON.stringify({ ...sent, type, subject: '7', data: {} }));
    expect(found).toMatchObject([{ content: { action: 'pr_merged' }, source: { kind: 'cdevents' } }]);
  });

  test.each([
    ['no JSON', STRUCTURED, `{"a":${CANARY}}`, { status: 400, code: 'JSON_SYNTAX' }],
    ['no UTF-8', STRUCTURED, Buffer.from([0xff]), { status: 400, code: 'BODY_NOT_UTF8' }],
    [
      'no JSON in binary mode',
      { ...BINARY, 'content-type': 'application/json' },
      CANARY,
      { status: 400, code: 'JSON_SYNTAX' },
    ],
    [
      'no attribute',
      STRUCTURED,
      `{"id":"${CANARY}"}`,
      [{ verdict: 'reject', errors: [{ path: '/specversion' }, { path: '/source' }, { path: '/type' }] }],
    ],
    [
      'a lone surrogate',
      STRUCTURED,
      '{"id":"\\ud800"}',
      [{ verdict: 'reject', errors: [{ code: 'JSON_SURROGATE', path: '/id' }] }],
    ],
    [
      'a header that is no UTF-8',
      { ...BINARY, 'ce-subject': `${CANARY}%ff` },
      '',
      [{ verdict: 'reject', errors: [{ code: 'CLOUDEVENT_HEADER', path: '/subject' }] }],
    ],
  ])('%s', async (_name, headers, body, answer) => {
    const found = await event(headers, body);
    expect(found).toMatchObject(answer);
    expect(JSON.stringify(found)).not.toContain(CANARY);
  });

  test('one of a batch that is none leaves its neighbours alone', async () =>
    expect(
      await batch('application/cloudevents-batch+json', JSON.stringify([sent, 7, { ...sent, id: '' }])),
    ).toMatchObject([
      { identity: { id: 'e1' } },
      { verdict: 'reject', errors: [{ code: 'EVENT_FIELD_TYPE', path: '' }] },
      { verdict: 'reject', errors: [{ path: '/id' }] },
    ]));

  test.each([
    ['[]', 400, 'BATCH_EMPTY'],
    ['{}', 400, 'BATCH_FORM'],
    ['[1,2,3,4]', 413, 'BATCH_TOO_MANY'],
  ])('a batch %s: %i', async (body, status, code) =>
    expect(await batch('application/cloudevents-batch+json', body)).toMatchObject({ status, code }),
  );
});

describe('a frame', () => {
  const native = { category: 'business', action: 'x.sent', actor: { id: 'a' }, data: { a: null } };

  test('is a native event', async () => {
    const frame = encodeBinary({ ...native, sourceEventId: 's' });
    expect(await event(PROTOBUF, frame)).toEqual([
      {
        content: { ...native, sourceEventId: 's' },
        source: FACTS.source,
        receivedAt: FACTS.receivedAt,
        rawSize: frame.length,
      },
    ]);
    expect(await event(PROTOBUF, frame, { ...FACTS, key: 'k' })).toMatchObject([{ identity: { name: '', id: 'k' } }]);
  });

  test('what only a collector sets is left out', async () => {
    const canonical = {
      ...native,
      schemaVersion: '1.0',
      eventId: '019ab512-3456-7abc-8def-0123456789ab',
      tenantId: 'acme',
      timestamp: '2026-01-02T03:04:05Z',
      timestampSource: 'event',
      receivedAt: '2026-01-02T03:04:05Z',
      processedAt: '2026-01-02T03:04:05Z',
      correlation: { correlationId: 'derived', method: 'trace', confidence: 1, traceId: 't' },
      source: { kind: 'api', name: 'n' },
      processing: { attempt: 1 },
      integrity: { rawSize: 1 },
    };
    const { timestamp } = canonical;
    expect(await event(PROTOBUF, encodeBinary(canonical))).toMatchObject([
      { content: { ...native, tenantId: 'acme', timestamp, correlation: { traceId: 't' }, source: { name: 'n' } } },
    ]);
    const [slot] = (await event(PROTOBUF, encodeBinary(canonical))) as RawEvent[];
    expect(Object.keys(slot!.content).toSorted()).toEqual(
      'action actor category correlation data source tenantId timestamp'.split(' '),
    );
    expect(Object.keys(slot!.content['correlation'] as object)).toEqual(['traceId']);
    const named = { ...canonical, correlation: { correlationId: 'mine', method: 'explicit', confidence: 1 } };
    expect(await event(PROTOBUF, encodeBinary(named))).toMatchObject([
      { content: { correlation: { correlationId: 'mine' } } },
    ]);
  });

  test.each([
    ['JSON', '{}', { status: 400, code: 'BINARY_CUT' }],
    ['more JSON', JSON.stringify(native), { status: 400, code: 'BINARY_MAGIC' }],
    [
      'another sum',
      Buffer.concat([encodeBinary(native).subarray(0, -1), Buffer.from([7])]),
      { status: 400, code: 'BINARY_CHECKSUM' },
    ],
    ['too large', encodeBinary({ data: { a: 'x'.repeat(1000) } }), { status: 400, code: 'BINARY_TOO_LARGE' }],
    [
      'many keys',
      encodeBinary({ data: Object.fromEntries(Array.from({ length: 3 }, (_, i) => [i, {}])) }),
      [{ content: {} }],
    ],
  ])('%s', async (_name, body, answer) => expect(await event(PROTOBUF, body)).toMatchObject(answer));
});

describe('not taken', () => {
  test.each([
    'text/plain',
    'constructor',
    '',
    'application/json; charset=latin1',
    'application/x-ndjson',
    'application/cloudevents-batch+json',
  ])('%s for one event', (contentType) =>
    expect(forms.eventForm(request({ 'content-type': contentType }))).toBeUndefined(),
  );
  test.each(['application/cloudevents+json', 'application/vnd.betalogs.event.v1+protobuf', '__proto__'])(
    '%s for a batch',
    (contentType) => expect(forms.batchForm(request({ 'content-type': contentType }))).toBeUndefined(),
  );
});
