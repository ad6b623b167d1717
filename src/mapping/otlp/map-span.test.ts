import { describe, expect, test } from 'vitest';
import { encodeSpans, eventOfSpan, sdkSpan, slotOfSpan, slotsOf } from './fixtures.ts';

// SpanKind of the API, which is one less than on the wire.
const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;
const UNSET = { code: 0 };
const OK = { code: 1 };
const failed = (message = '') => ({ code: 2, message });
const exception = (attributes: object) => ({
  name: 'exception',
  time: [1, 0] as [number, number],
  attributes: attributes as never,
});

describe('which spans are events', () => {
  test.each<[string, object, string]>([
    ['a server', { kind: SERVER }, 'request_received'],
    [
      'a database call that failed',
      { kind: CLIENT, attributes: { 'db.system.name': 'postgresql' }, status: failed() },
      'db_error',
    ],
    [
      'one that timed out is a database error first',
      { kind: CLIENT, attributes: { 'db.system': 'mysql', 'error.type': 'timeout' }, status: failed() },
      'db_error',
    ],
    ['a client with error.type', { kind: CLIENT, attributes: { 'error.type': 'TimeoutError' } }, 'downstream_timeout'],
    ['a client with a message', { kind: CLIENT, status: failed('request timed out') }, 'downstream_timeout'],
    ['a client with 504', { kind: CLIENT, attributes: { 'http.response.status_code': 504 } }, 'downstream_timeout'],
    ['a client with gRPC 4', { kind: CLIENT, attributes: { 'rpc.grpc.status_code': 4 } }, 'downstream_timeout'],
    [
      'a client with an exception',
      { kind: CLIENT, events: [exception({ 'exception.type': 'java.net.SocketTimeoutException' })] },
      'downstream_timeout',
    ],
    [
      'any that names its action',
      { kind: INTERNAL, attributes: { 'activity.action': 'order_failed' } },
      'order_failed',
    ],
  ])('%s', (_, part, action) => expect(eventOfSpan(part).content).toMatchObject({ action }));

  test.each<[string, object]>([
    ['an internal one', { kind: INTERNAL }],
    ['a client that was served', { kind: CLIENT, status: OK }],
    ['a database call that was served', { kind: CLIENT, attributes: { 'db.system': 'mysql' } }],
    ['a client that failed otherwise', { kind: CLIENT, status: failed('refused') }],
    ['a message about time on a span that did not fail', { kind: CLIENT, status: { code: 1, message: 'no timeout' } }],
  ])('not %s, unless all are kept', (_, part) => {
    expect(slotOfSpan(part)).toEqual({ verdict: 'drop', reason: 'span_not_an_event' });
    expect(eventOfSpan(part, true).content).toMatchObject({ action: 'x.span', category: 'system' });
  });

  test('what a filtered span said is not told of the next', () => {
    const bytes = encodeSpans('protobuf', sdkSpan({ attributes: { 'user.id': 'first' } }), sdkSpan({ kind: SERVER }));
    const [, kept] = slotsOf('traces', 'protobuf', bytes);
    expect(kept).not.toHaveProperty('content.actor');
  });

  test('a built-in action that the sender names has its own category', () => {
    expect(eventOfSpan({ attributes: { 'activity.action': 'order_failed' } }).content).toMatchObject({
      category: 'business',
    });
  });
});

describe('outcome', () => {
  const server = (part: object) => eventOfSpan({ kind: SERVER, ...part }).content['outcome'];
  test.each<[string, object, string | undefined]>([
    ['OK', { status: OK }, 'success'],
    ['ERROR', { status: failed() }, 'error'],
    [
      'UNSET with an HTTP status is left to it',
      { status: UNSET, attributes: { 'http.response.status_code': 404 } },
      undefined,
    ],
    ['UNSET without any', { status: UNSET }, 'unknown'],
    ['gRPC 0', { attributes: { 'rpc.grpc.status_code': 0 } }, 'success'],
    ['gRPC 1', { attributes: { 'rpc.grpc.status_code': 1 } }, 'cancelled'],
    ['gRPC 4', { attributes: { 'rpc.grpc.status_code': '4' } }, 'timeout'],
    ['gRPC 7', { attributes: { 'rpc.grpc.status_code': 7 } }, 'denied'],
    ['gRPC 13', { attributes: { 'rpc.grpc.status_code': 13 } }, 'error'],
    ["the sender's own", { status: failed(), attributes: { 'activity.outcome': 'cancelled' } }, 'cancelled'],
  ])('%s', (_, part, outcome) => expect(server(part)).toBe(outcome));

  test('a timeout is one, whatever the status', () => {
    expect(eventOfSpan({ kind: CLIENT, attributes: { 'error.type': 'timeout' } }).content['outcome']).toBe('timeout');
  });
  test('a named action is left to its name', () => {
    expect(
      eventOfSpan({ status: failed(), attributes: { 'activity.action': 'order_failed' } }).content,
    ).not.toHaveProperty('outcome');
  });
});

test('a request is dated from its start, an outcome from its end', () => {
  expect(eventOfSpan({ kind: SERVER })).toMatchObject({
    instant: { seconds: 1_795_000_000, nanos: 0 },
    content: { request: { durationMs: 250.5 }, source: { type: 'GET /orders' }, attributes: { 'span.kind': 'server' } },
  });
  expect(eventOfSpan({ kind: CLIENT, attributes: { 'error.type': 'timeout' } }).instant).toEqual({
    seconds: 1_795_000_000,
    nanos: 250_500_000,
  });
});

describe('object', () => {
  test.each<[string, object, object]>([
    ['the route', { kind: SERVER, attributes: { 'http.route': '/orders/:id' } }, { type: 'route', id: '/orders/:id' }],
    [
      'the collection',
      { kind: CLIENT, status: failed(), attributes: { 'db.collection.name': 'orders' } },
      { type: 'db.collection', id: 'orders' },
    ],
    [
      'its own',
      { kind: SERVER, attributes: { 'http.route': '/o', 'object.type': 'order', 'object.id': '1' } },
      { type: 'order', id: '1' },
    ],
  ])('%s', (_, part, object) => expect(eventOfSpan(part).content['object']).toEqual(object));
});

describe('error', () => {
  test.each<[string, object, unknown]>([
    ['the status message', { status: failed('went wrong') }, { message: 'went wrong' }],
    [
      'the last exception',
      {
        status: failed('went wrong'),
        events: [exception({ 'exception.type': 'A' }), exception({ 'exception.type': 'B', 'exception.message': 'm' })],
      },
      { type: 'B', message: 'm' },
    ],
    ['none', { status: OK }, undefined],
  ])('%s', (_, part, error) => expect(eventOfSpan({ kind: SERVER, ...part }).content['error']).toEqual(error));

  test('names the peer of a client', () => {
    const attributes = { 'db.system.name': 'postgresql', 'db.response.status_code': '57014', 'server.address': 'db1' };
    expect(eventOfSpan({ kind: CLIENT, status: failed('canceling'), attributes }).content['error']).toEqual({
      code: '57014',
      message: 'canceling',
      dependency: 'postgresql',
    });
  });

  test('a second message and the other exceptions are kept', () => {
    const events = [exception({ 'exception.type': 'A' }), exception({ 'exception.message': 'm' })];
    expect(eventOfSpan({ kind: SERVER, status: failed('other'), events }).content).toMatchObject({
      error: { message: 'm' },
      attributes: { 'status.message': 'other' },
      data: { events: [{ name: 'exception', timeUnixNano: '1000000000', attributes: { 'exception.type': 'A' } }] },
    });
  });
});

describe('trace', () => {
  const linkTo = (i: number, attributes = {}) => ({
    context: { traceId: String(i + 1).padStart(32, '0'), spanId: String(i + 1).padStart(16, '0'), traceFlags: 1 },
    attributes,
  });

  test('parent, links', () => {
    const parentSpanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: '00f067aa0ba902b7',
      traceFlags: 1,
    };
    const traceId = '1'.padStart(32, '0');
    expect(eventOfSpan({ kind: SERVER, parentSpanContext, links: [linkTo(0)] }).content['correlation']).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      parentSpanId: '00f067aa0ba902b7',
      links: [{ correlationId: `trace:${traceId}`, type: 'span_link', traceId, spanId: '1'.padStart(16, '0') }],
    });
  });

  test('links beyond 32, and what else a link says, are under data', () => {
    const many = eventOfSpan({ kind: SERVER, links: Array.from({ length: 40 }, (_, i) => linkTo(i)) }).content;
    expect((many['correlation'] as { links: unknown[] }).links).toHaveLength(32);
    expect((many['data'] as { links: unknown[] }).links).toHaveLength(40);
    const told = eventOfSpan({ kind: SERVER, links: [linkTo(0, { why: 'batch' })] }).content;
    expect(told).toMatchObject({ data: { links: [{ attributes: { why: 'batch' } }] } });
  });

  test("what the sender names goes before the span's own ids, which stay", () => {
    const traceId = 'a'.repeat(32);
    expect(
      eventOfSpan({ kind: SERVER, attributes: { 'activity.correlation.trace_id': traceId } }).content,
    ).toMatchObject({
      correlation: { traceId },
      attributes: { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' },
    });
  });
});

test('what the SDK dropped becomes warnings', () => {
  const dropped = { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 };
  expect(eventOfSpan({ kind: SERVER, ...dropped }).warnings).toEqual([
    { code: 'attributes_dropped', path: '/attributes' },
    { code: 'span_events_dropped', path: '/data/events' },
    { code: 'span_links_dropped', path: '/correlation/links' },
  ]);
});

test.each(['actor', 'object', 'request', 'error', 'correlation', 'service', 'source'])(
  'a native %s that is no map is left to the processors to refuse',
  (section) => {
    const attributes = {
      [`activity.${section}`]: 'text',
      'user.id': 'u',
      'object.type': 't',
      'object.id': 'i',
      'error.type': 'e',
    };
    expect(eventOfSpan({ kind: SERVER, status: failed('m'), attributes }).content[section]).toBe('text');
  },
);
