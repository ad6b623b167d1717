import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processed, throughOtlp } from '../../../../test/properties/encodings.ts';
import { asStored, normalized } from '../../../../test/properties/support.ts';
import { parseJson } from '../../../event/json.ts';
import type { RawEvent } from '../../../event/raw-event.ts';
import type { CanonicalEvent } from '../../../event/schema.ts';
import { type Content, dataArbitrary, rawEventArbitrary, rawEventOf } from '../../../testkit/arbitraries.ts';
import type { KeyValue } from './any-value.ts';
import { FACT } from '../facts.ts';
import { encodeLogs, hasBigNumber, resourceOf, type SdkLog, sdkLog, slotsOf } from '../fixtures.ts';
import { toLogRecord } from './to-log-record.ts';
import { toOtlpJson } from './to-otlp-json.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

/** What does not come back (EVENTS.md 9). */
const EDGE = new Set(['eventId', 'receivedAt', 'processedAt', 'source', 'processing', 'integrity']);
const kept = (event: unknown): Content => {
  const { eventId, correlation, ...fields } = asStored(event) as Content & { correlation: Content };
  // A group of one is named for the event's own id.
  const group = correlation['correlationId'] === eventId ? 'its own' : correlation['correlationId'];
  const entries = Object.entries(fields).filter(([field]) => !EDGE.has(field));
  return { ...Object.fromEntries(entries), correlation: { ...correlation, correlationId: group } };
};
const backOf = (event: CanonicalEvent): CanonicalEvent => processed(throughOtlp([event])[0]!);
const eventOf = (content: Content, more = {}): CanonicalEvent => processed(rawEventOf(content, more));

const word = fc.oneof(fc.string({ maxLength: 16, unit: 'binary' }), fc.constantFrom('', '0', 'true'));
const some = (shape: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []): fc.Arbitrary<Content> =>
  fc.record(shape, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Content>;
const thing = some({ type: word, id: word, name: word, url: word, parent: word, version: word }, ['type', 'id']);

/** Names that the mapping would read as something else, if it saw them as attributes. */
const attributeName = fc.oneof(
  fc.constantFrom(...Object.keys(FACT), 'activity.actor.id', 'activity.service', 'activity.x', 'service.name'),
  fc.constantFrom('resource.host.name', 'resource.service.name', 'resource.__proto__', 'resource.', 'otel.scope.name'),
  fc.constantFrom('otel.scope.version', 'otel.scope.team', 'severity_text', 'trace_id', 'order.id', 'span.kind'),
);
const attributes = fc.dictionary(attributeName, fc.oneof(word, fc.integer(), fc.array(word, { maxLength: 3 })), {
  maxKeys: 12,
  noNullPrototype: true,
});

const more = some({
  actionType: fc.constantFrom('create', 'execute'),
  outcomeReason: word,
  outcomeCode: fc.oneof(word, fc.integer()),
  object: thing,
  objects: fc.array(thing, { maxLength: 3 }),
  changes: fc.array(
    some(
      { path: word, before: dataArbitrary(), after: fc.constantFrom(null, 1.5, '', [], {}), redacted: fc.boolean() },
      ['path'],
    ),
    { maxLength: 3 },
  ),
  actor: some(
    {
      id: word,
      type: fc.constantFrom('app_user', 'api_key'),
      name: word,
      email: word,
      roles: fc.array(word, { maxLength: 3 }),
      onBehalfOf: some({ id: word, type: word }, ['id', 'type']),
      sessionId: word,
      authMethod: word,
      mfa: fc.boolean(),
      ip: word,
      userAgent: word,
    },
    ['id'],
  ),
  service: some({ name: word, namespace: word, version: word, instanceId: word, environment: word }, ['name']),
  request: some({
    id: word,
    method: fc.string({ maxLength: 16 }),
    path: word,
    statusCode: fc.nat(999),
    durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  }),
  error: some({ type: word, code: word, message: word, dependency: word, stackHash: word, stack: word }),
  github: some(
    {
      deliveryId: word,
      event: word,
      repository: some({ id: fc.oneof(word, fc.nat()), fullName: word, url: word }, ['id', 'fullName']),
      pullRequest: some({ number: fc.integer({ min: 1 }), headSha: word }, ['number']),
      release: some({ tag: word, url: word }, ['tag']),
    },
    ['deliveryId', 'event'],
  ),
  attributes,
});

const eventArbitrary = fc
  .tuple(rawEventArbitrary(), more)
  .map(([{ content, source }, extra]) => eventOf({ ...content, ...extra }, { source }));

test('every field of an event comes back, but those of the edge', () => {
  fc.assert(
    fc.property(eventArbitrary, (event) => {
      const before = kept(event);
      expect(kept(backOf(event))).toEqual(before);
    }),
    { numRuns },
  );
});

describe('as OTLP writes it', () => {
  const ORDER: Content = {
    category: 'business',
    action: 'order_failed',
    timestamp: '2025-11-24T16:00:00.123456789Z',
    actor: { id: 'u1', type: 'user', email: 'ada@example.org' },
    object: { type: 'order', id: 'o1' },
    service: { name: 'checkout', version: '4.2', environment: 'production' },
    request: { method: 'POST', path: '/orders', statusCode: 503 },
    correlation: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    data: { orderId: 'o1', total: 12.5 },
    attributes: { 'resource.host.name': 'h1', 'otel.scope.name': 'lib', tier: 'gold' },
  };

  test('by the semantic conventions', () => {
    const { resource, scope, record } = toLogRecord(eventOf(ORDER));
    expect(resource).toEqual([
      { key: 'service.name', value: { stringValue: 'checkout' } },
      { key: 'service.version', value: { stringValue: '4.2' } },
      { key: 'deployment.environment.name', value: { stringValue: 'production' } },
      { key: 'host.name', value: { stringValue: 'h1' } },
    ]);
    expect(scope).toEqual({ name: 'lib' });
    expect(record).toMatchObject({
      timeUnixNano: '1764000000123456789',
      observedTimeUnixNano: '1764000000123456789',
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'business.order_failed',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      flags: 1,
      body: {
        kvlistValue: {
          values: [
            { key: 'orderId', value: { stringValue: 'o1' } },
            { key: 'total', value: { doubleValue: 12.5 } },
          ],
        },
      },
    });
    expect(record['attributes']).toEqual(
      expect.arrayContaining([
        { key: 'user.id', value: { stringValue: 'u1' } },
        { key: 'user.email', value: { stringValue: 'ada@example.org' } },
        { key: 'activity.actor.type', value: { stringValue: 'user' } },
        { key: 'object.id', value: { stringValue: 'o1' } },
        { key: 'http.response.status_code', value: { intValue: '503' } },
        { key: 'activity.correlation.business_keys.orderId', value: { stringValue: 'o1' } },
        { key: 'tier', value: { stringValue: 'gold' } },
      ]),
    );
  });

  test('events of one resource and scope stand together', () => {
    const other = { ...ORDER, service: { name: 'billing' } };
    const sent = JSON.parse(toOtlpJson([ORDER, other, ORDER].map((content) => eventOf(content))));
    const sizes = sent.resourceLogs.map(({ scopeLogs }: { scopeLogs: { logRecords: unknown[] }[] }) =>
      scopeLogs.map(({ logRecords }) => logRecords.length),
    );
    expect(sizes).toEqual([[2], [1]]);
    expect(JSON.parse(toOtlpJson([]))).toEqual({ resourceLogs: [] });
  });

  test('sent again, in another batch, it is the same event', () => {
    const event = eventOf(ORDER);
    const [first] = throughOtlp([event]).map(processed);
    const [, second] = throughOtlp([eventOf({ ...ORDER, data: {} }), event]).map(processed);
    expect(second!.eventId).toBe(first!.eventId);
    expect(first!.source.eventId).toBe(event.eventId);
    expect(first!.source).not.toHaveProperty('type', 'business.order_failed');
  });
});

const TICK: Content = { category: 'system', action: 'x.tick', service: { name: 'clock' } };

test.each<[string, Content]>([
  ['a time before 1970', { timestamp: '1969-12-31T23:59:59.5Z' }],
  ['the time 0', { timestamp: '1970-01-01T00:00:00Z' }],
  ['a time beyond 64 bits', { timestamp: '2600-01-01T00:00:00Z' }],
  ['digits of its own', { timestamp: '2025-11-24T16:00:00.100000Z' }],
  ['another zone', { timestamp: '2025-11-24T17:00:00.1+01:00' }],
  ['seconds as a number', { timestamp: 1_764_000_000 }],
  ['no time of its own', {}],
])('%s comes back', (_, content) => {
  const event = normalized(rawEventOf({ ...TICK, ...content }));
  expect(kept(normalized(throughOtlp([event])[0]!))).toEqual(kept(event));
});

test.each<Content>([
  { 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' },
  { 'url.full': 'https://shop.example/a?b=c' },
  { 'messaging.message.id': 'm1', 'messaging.destination.name': 'orders' },
  { 'feature_flag.key': 'new-cart' },
  { 'user.id': 'u1', 'client.address': '192.0.2.1', 'deployment.id': 'd1', 'deployment.status': 'failed' },
  { 'activity.actor.id': 'u1', 'event.id': 'e1', 'event.name': 'order_failed', outcome: 'failure' },
])('no more is concluded from %j than was', (named) => {
  for (const also of [{}, { request: { path: '/p' } }]) {
    const event = eventOf({ ...TICK, ...also, attributes: named });
    expect(kept(backOf(event))).toEqual(kept(event));
  }
});

test('a registered action comes back by its name', () => {
  const [raw] = throughOtlp([{ ...eventOf(TICK), action: 'order_shipped', category: 'business' }]);
  expect(raw!.content).toMatchObject({ action: 'order_shipped', category: 'business' });
});

test('integers keep every digit', () => {
  const text =
    '{"data":{"a":9007199254740993,"b":-9223372036854775808,"c":123456789012345678901234567890,"d":1e21,"e":0.1}}';
  const { data } = (parseJson(text) as { value: { data: CanonicalEvent['data'] } }).value;
  const flat = { id: data!['a'], ids: [data!['b']] } as unknown as CanonicalEvent['attributes'];
  const back = throughOtlp([{ ...eventOf(TICK), data, attributes: flat }])[0]!.content;
  expect(JSON.stringify([back['data'], back['attributes']])).toBe(JSON.stringify([data, flat]));
});

/** An AnyValue as OpenTelemetry's SDK holds it before it serialises. */
const plain = (value: Content): unknown => {
  if (value['kvlistValue'] !== undefined) return plainMap((value['kvlistValue'] as { values: KeyValue[] }).values);
  if (value['arrayValue'] !== undefined) return (value['arrayValue'] as { values: Content[] }).values.map(plain);
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'] ?? null;
};
const plainMap = (values: readonly KeyValue[]): object =>
  Object.fromEntries(values.map(({ key, value }) => [key, plain(value)]));
const hrTimeOf = (nanos: unknown): [number, number] => {
  const text = ((nanos as string | undefined) ?? '0').padStart(10, '0');
  return [Number(text.slice(0, -9)), Number(text.slice(-9))];
};

const asSdkLog = (event: CanonicalEvent): SdkLog => {
  const { resource, scope, record } = toLogRecord(event);
  const { traceId, spanId, flags } = record as { traceId?: string; spanId?: string; flags?: number };
  const context = { traceId: traceId!, spanId: spanId ?? '', traceFlags: flags ?? 0 };
  const log: Record<string, unknown> = {
    ...sdkLog(),
    spanContext: traceId === undefined ? undefined : context,
    ...(record as Partial<SdkLog>),
    hrTime: hrTimeOf(record['timeUnixNano']),
    hrTimeObserved: hrTimeOf(record['observedTimeUnixNano']),
    attributes: plainMap(record['attributes'] as KeyValue[]),
    body: record['body'] === undefined ? undefined : plain(record['body'] as Content),
    resource: resourceOf(plainMap(resource) as Record<string, unknown>),
    instrumentationScope: { name: '', ...scope },
  };
  return log as unknown as SdkLog;
};

test("the record means the same in OpenTelemetry's own protobuf", () => {
  fc.assert(
    fc.property(
      eventArbitrary.filter((event) => !hasBigNumber([event.data, event.attributes, event.changes])),
      (event) => {
        const [slot] = slotsOf('logs', 'protobuf', encodeLogs('protobuf', asSdkLog(event)));
        const [own] = throughOtlp([event]);
        const { content, instant, timeSource } = slot as RawEvent;
        expect(asStored({ content, instant, timeSource })).toEqual(
          asStored({ content: own!.content, instant: own!.instant, timeSource: own!.timeSource }),
        );
      },
    ),
    { numRuns: 200 },
  );
});
