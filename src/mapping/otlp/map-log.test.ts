import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawEvent } from '../../event/raw-event.ts';
import { FACT } from './facts.ts';
import {
  encodeLogs,
  eventOfLog,
  eventOfSpan,
  logArbitrary,
  RECEIVED_AT,
  resourceOf,
  sdkLog,
  slotsOf,
} from './fixtures.ts';

const contentOf = (part: object): Record<string, unknown> => eventOfLog(part).content;
const withAttributes = (attributes: object): Record<string, unknown> => contentOf({ attributes });

describe('action and category', () => {
  test.each<[string, object, string, string]>([
    ['a built-in EventName', { eventName: 'order_failed' }, 'order_failed', 'business'],
    ['event.name where there is no EventName', { attributes: { 'event.name': 'db_error' } }, 'db_error', 'system'],
    [
      'EventName before event.name',
      { eventName: 'db_error', attributes: { 'event.name': 'pr_merged' } },
      'db_error',
      'system',
    ],
    ['category.action', { eventName: 'security.role_changed' }, 'role_changed', 'security'],
    ['category.x.action', { eventName: 'business.x.cart_opened' }, 'x.cart_opened', 'business'],
    [
      'a built-in name under a foreign category',
      { eventName: 'business.role_changed' },
      'x.business.role_changed',
      'system',
    ],
    ['a name under x.', { eventName: 'x.cart.opened' }, 'x.cart.opened', 'system'],
    ['another name', { eventName: 'com.shop.OrderShipped' }, 'x.com.shop.order_shipped', 'system'],
    ['a name of signs', { eventName: '!!!' }, 'x.log', 'system'],
    ['a long name', { eventName: 'a'.repeat(300) }, `x.${'a'.repeat(126)}`, 'system'],
    ['no name', {}, 'x.log', 'system'],
    ['activity.category', { eventName: 'went', attributes: { 'activity.category': 'delivery' } }, 'x.went', 'delivery'],
    [
      'activity.action as it is',
      { eventName: 'went', attributes: { 'activity.action': 'order_shipped' } },
      'order_shipped',
      'system',
    ],
  ])('%s', (_, part, action, category) => expect(contentOf(part)).toMatchObject({ action, category }));

  test('a name that the action does not show is kept', () => {
    expect(contentOf({ eventName: 'com.shop.OrderShipped' })).toMatchObject({
      source: { type: 'com.shop.OrderShipped' },
    });
    expect(contentOf({ eventName: 'order_failed' })).not.toHaveProperty('source');
    expect(contentOf({ eventName: 'a'.repeat(300) })).toMatchObject({ attributes: { 'event.name': 'a'.repeat(300) } });
  });
});

describe('time', () => {
  const zero = [0, 0];
  test.each<[string, object, unknown]>([
    ['its own', {}, { seconds: 1_795_000_000, nanos: 123_456_789 }],
    ['observed, where it has none', { hrTime: zero }, { seconds: 1_795_000_001, nanos: 0 }],
    ['none: that of the receipt', { hrTime: zero, hrTimeObserved: zero }, undefined],
  ])('%s', (_, part, instant) => {
    const event = eventOfLog(part);
    expect(event.instant).toEqual(instant);
    expect(event.receivedAt).toBe(RECEIVED_AT);
  });
});

describe('severity', () => {
  test('a record of another category gets no object from a domain attribute', () => {
    expect(withAttributes({ orderId: 'o1' })).not.toHaveProperty('object');
  });

  test.each<[object, number | undefined, string | undefined]>([
    [{ severityNumber: 17, severityText: 'ERROR' }, 17, undefined],
    [{ severityNumber: 18, severityText: 'ERROR' }, 18, undefined],
    [{ severityNumber: 17, severityText: 'Fehler' }, 17, 'Fehler'],
    [{ severityText: 'warning' }, 13, 'warning'],
    [{ severityText: 'odd' }, undefined, 'odd'],
    [{}, undefined, undefined],
  ])('%j', (part, severity, text) => {
    const content = contentOf(part) as { severity?: number; attributes: Record<string, unknown> };
    expect([content.severity, content.attributes['severity_text']]).toEqual([severity, text]);
  });
});

describe('sections', () => {
  test.each<[string, object, object]>([
    [
      'user',
      { 'user.id': 'u1', 'user.name': 'Ada', 'user.roles': ['admin'], 'client.address': '192.0.2.1' },
      { actor: { id: 'u1', name: 'Ada', roles: ['admin'], ip: '192.0.2.1' } },
    ],
    ['a numeric user.id', { 'user.id': 42 }, { actor: { id: '42' } }],
    ['enduser', { 'enduser.id': 'u2' }, { actor: { id: 'u2' } }],
    [
      'user.id before enduser.id, which stays',
      { 'enduser.id': 'u2', 'user.id': 'u1' },
      { actor: { id: 'u1' }, attributes: { 'enduser.id': 'u2' } },
    ],
    [
      'a user known by address only',
      { 'user.email': 'ada@example.org' },
      { actor: { id: 'ada@example.org', email: 'ada@example.org' } },
    ],
    [
      'object',
      { 'object.type': 'order', 'object.id': 'o1', 'object.version': '3' },
      { object: { type: 'order', id: 'o1', version: '3' } },
    ],
    ['an object without a type', { 'object.id': 'o1' }, { attributes: { 'object.id': 'o1' } }],
    [
      'the object of a business record, by its domain attribute',
      { 'activity.category': 'business', 'order.id': 'o1', paymentId: 'p1' },
      { object: { type: 'order', id: 'o1' }, attributes: { 'order.id': 'o1', paymentId: 'p1' } },
    ],
    [
      'an object of its own before a domain attribute',
      { 'activity.category': 'business', orderId: 'o1', 'object.type': 'cart', 'object.id': 'c1' },
      { object: { type: 'cart', id: 'c1' }, attributes: { orderId: 'o1' } },
    ],
    [
      'request',
      {
        'http.request.method': 'POST',
        'url.path': '/p',
        'http.response.status_code': 503,
        'http.server.request.duration': 0.25,
      },
      { request: { method: 'POST', path: '/p', statusCode: 503, durationMs: 250 } },
    ],
    [
      'a request by its old names',
      { 'http.method': 'GET', 'http.target': '/p', 'http.status_code': '404' },
      { request: { method: 'GET', path: '/p', statusCode: 404 } },
    ],
    [
      'exception',
      { 'exception.type': 'TypeError', 'exception.message': 'm', 'exception.stacktrace': 'at x' },
      { error: { type: 'TypeError', message: 'm', stack: 'at x' } },
    ],
    ['error.type', { 'error.type': 'timeout' }, { error: { type: 'timeout' } }],
    [
      'error.type beside an exception',
      { 'exception.type': 'PgError', 'error.type': '57014' },
      { error: { type: 'PgError', code: '57014' } },
    ],
    ['session', { 'session.id': 's1' }, { correlation: { sessionId: 's1' } }],
    ['event.id', { 'event.id': 'e1' }, { sourceEventId: 'e1' }],
    ['outcome', { outcome: 'denied' }, { outcome: 'denied' }],
    ['an outcome of another vocabulary', { outcome: 'meh' }, { attributes: { outcome: 'meh' } }],
    ['activity.outcome, whatever it is', { 'activity.outcome': 'meh' }, { outcome: 'meh' }],
  ])('%s', (_, attributes, expected) => expect(withAttributes(attributes)).toMatchObject(expected));

  test('what does not fit a section is kept, not cut', () => {
    const stack = 'x'.repeat(20_000);
    const content = withAttributes({
      'exception.stacktrace': stack,
      'user.id': ['a'],
      'http.response.status_code': 'odd',
    });
    expect(content).toMatchObject({
      data: { 'exception.stacktrace': stack },
      attributes: { 'user.id': ['a'], 'http.response.status_code': 'odd' },
    });
    expect(content).not.toHaveProperty('actor');
    expect(content).not.toHaveProperty('request');
  });
});

const NATIVE_KEYS = [
  'activity.actor',
  'activity.actor.id',
  'activity.object.type',
  'activity.request',
  'activity.error.type',
  'activity.correlation',
  'activity.correlation.trace_id',
  'activity.source',
  'activity.service',
  'activity.severity',
];

test('no place fails at a value of another kind', () => {
  const values = [
    2 ** 60,
    -(2 ** 60),
    [],
    ['a', 1],
    [2 ** 60],
    {},
    { a: { b: 1 } },
    true,
    '',
    'x'.repeat(5000),
    1.5,
    -1,
    Number.NaN,
  ];
  const keys = [...Object.keys(FACT), ...NATIVE_KEYS];
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { noNullPrototype: true }),
      (attributes) => {
        expect(withAttributes(attributes)).toHaveProperty('action');
        expect(eventOfSpan({ kind: 1, status: { code: 2 }, attributes })).toHaveProperty('content');
      },
    ),
    { numRuns: 1000 },
  );
});
describe('trace', () => {
  test('ids are hex, flags are their low byte', () => {
    expect(contentOf({})).toMatchObject({
      correlation: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    });
  });
  test('none is no correlation', () => {
    expect(contentOf({ spanContext: undefined })).not.toHaveProperty('correlation');
  });
});

describe('data and attributes', () => {
  test.each<[string, object, object]>([
    ['a text body', { body: 'hello' }, { data: { value: 'hello' } }],
    ['an array body', { body: [1, 2] }, { data: { value: [1, 2] } }],
    ['bytes', { body: new Uint8Array([255]) }, { data: { value: '/w==' } }],
    [
      'a map body',
      { body: { orderId: 'o1', items: [{ sku: 's' }] } },
      { data: { orderId: 'o1', items: [{ sku: 's' }] } },
    ],
    ['a nested attribute', { attributes: { cart: { size: 2 } } }, { data: { cart: { size: 2 } } }],
    [
      'beside the body',
      { body: { cart: 1 }, attributes: { cart: { size: 2 } } },
      { data: { cart: 1, 'attributes.cart': { size: 2 } } },
    ],
    ['an array of scalars', { attributes: { tags: ['a', 1, true] } }, { attributes: { tags: ['a', 1, true] } }],
    ['an array of maps', { attributes: { tags: [{ a: 1 }] } }, { data: { tags: [{ a: 1 }] } }],
    ['a long text', { attributes: { text: 'ü'.repeat(2049) } }, { data: { text: 'ü'.repeat(2049) } }],
    ['a long key', { attributes: { ['k'.repeat(257)]: 1 } }, { data: { ['k'.repeat(257)]: 1 } }],
    [
      'a key like a method',
      { attributes: { constructor: 'c', toString: 't' } },
      { attributes: { constructor: 'c', toString: 't' } },
    ],
  ])('%s', (_, part, expected) => expect(contentOf(part)).toMatchObject(expected));

  test('attributes beyond 128 go to data', () => {
    const attributes = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i]));
    const content = withAttributes(attributes) as { attributes: object; data: object };
    expect(Object.keys(content.attributes)).toHaveLength(128);
    expect({ ...content.attributes, ...content.data }).toMatchObject(attributes);
  });

  const leaves = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [String(value)];
    if ('rawJSON' in value) return [String(value.rawJSON)];
    return Object.values(value).flatMap(leaves);
  };

  test('every leaf of attributes and body is somewhere in the event', () => {
    fc.assert(
      fc.property(logArbitrary(), (log) => {
        const [slot] = slotsOf('logs', 'protobuf', encodeLogs('protobuf', log));
        const kept = new Set(leaves((slot as RawEvent).content));
        const texts = leaves([log.body ?? [], log.attributes]).filter((leaf) => /[a-zA-Z]/.test(leaf));
        for (const text of texts) expect(kept).toContain(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('surroundings', () => {
  test('the resource is the service, and more', () => {
    const resource = resourceOf({
      'service.name': 'checkout',
      'service.namespace': 'shop',
      'service.version': '4.2',
      'service.instance.id': 'i-1',
      'deployment.environment.name': 'production',
      'host.name': 'h1',
    });
    const instrumentationScope = { name: 'lib', version: '2', attributes: { team: 'a' } };
    expect(contentOf({ resource, instrumentationScope })).toMatchObject({
      service: { name: 'checkout', namespace: 'shop', version: '4.2', instanceId: 'i-1', environment: 'production' },
      attributes: {
        'resource.host.name': 'h1',
        'otel.scope.name': 'lib',
        'otel.scope.version': '2',
        'otel.scope.team': 'a',
      },
    });
  });

  test('a service without a name is unknown_service, with a warning', () => {
    const event = eventOfLog({ resource: resourceOf({ 'service.version': '1' }), droppedAttributesCount: 3 });
    expect(event.content).toMatchObject({ service: { name: 'unknown_service', version: '1' } });
    expect(event.warnings).toEqual([
      { code: 'service_name_missing', path: '/service/name' },
      { code: 'attributes_dropped', path: '/attributes' },
    ]);
  });

  test('events share nothing that can be changed', () => {
    const resource = resourceOf({ 'host.ip': ['192.0.2.1'], labels: { a: { b: 1 } } });
    const bytes = encodeLogs('protobuf', sdkLog({ resource }), sdkLog({ resource }));
    const [first, second] = slotsOf('logs', 'protobuf', bytes) as RawEvent[];
    const objectsOf = (value: unknown): object[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsOf)] : [];
    const seen = new Set(objectsOf(first!.content));
    expect(objectsOf(second!.content).filter((object) => seen.has(object))).toEqual([]);
  });
});

describe('a native event in attributes', () => {
  test('reaches every section', () => {
    expect(
      contentOf({
        attributes: {
          'activity.category': 'security',
          'activity.action': 'role_changed',
          'activity.actor.id': 'ada',
          'activity.actor.on_behalf_of.id': 'bob',
          'activity.object': { type: 'user', id: 'u1' },
          'activity.security.violation.type': 'privilege_escalation',
          'activity.correlation.business_keys.order_id': 'o1',
          'activity.changes': [{ path: '/role', before: 'viewer', after: 'admin' }],
          'activity.source_event_id': 'own-1',
          'activity.tenant_id': 'other',
          'user.id': 'overruled',
        },
      }),
    ).toMatchObject({
      category: 'security',
      action: 'role_changed',
      actor: { id: 'ada', onBehalfOf: { id: 'bob' } },
      object: { type: 'user', id: 'u1' },
      security: { violation: { type: 'privilege_escalation' } },
      correlation: { businessKeys: { order_id: 'o1' }, traceId: '0af7651916cd43dd8448eb211c80319c' },
      changes: [{ path: '/role', before: 'viewer', after: 'admin' }],
      sourceEventId: 'own-1',
      tenantId: 'other',
    });
  });

  test.each([
    'activity.not_a_field',
    'activity.timestamp',
    'activity.data.x',
    'activity.actor.__proto__.polluted',
    'activity.actor.a.b.c.d',
    'activity.',
    'activity.actor.',
  ])('%s is an attribute like any other', (key) => {
    expect(withAttributes({ [key]: 'v' })).toMatchObject({ attributes: { [key]: 'v' } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a path through a text is kept as an attribute', () => {
    expect(withAttributes({ 'activity.actor': 'ada', 'activity.actor.id': 'x' })).toMatchObject({
      actor: 'ada',
      attributes: { 'activity.actor.id': 'x' },
    });
  });

  test('a path named like an inherited property makes its own', () => {
    expect(withAttributes({ 'activity.actor.constructor.x': 1 })).toMatchObject({ actor: { constructor: { x: 1 } } });
    expect(Object).not.toHaveProperty('x');
  });
});

describe('ids', () => {
  const two = encodeLogs('protobuf', sdkLog(), sdkLog());
  const idsOf = (bytes: Buffer) => slotsOf('logs', 'protobuf', bytes).map((slot) => (slot as RawEvent).eventId);

  test('are the same for the same bytes, and no two of a request are', () => {
    expect(idsOf(two)).toEqual(idsOf(Buffer.from(two)));
    expect(new Set([...idsOf(two), ...idsOf(encodeLogs('protobuf', sdkLog()))]).size).toBe(3);
  });

  test("are the sender's where it gave one", () => {
    for (const key of ['event.id', 'activity.source_event_id']) {
      const event = eventOfLog({ attributes: { [key]: 'mine' } });
      expect([event.eventId, event.content['sourceEventId']]).toEqual([undefined, 'mine']);
    }
  });
});
