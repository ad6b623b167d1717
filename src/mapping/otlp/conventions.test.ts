// What the semantic conventions say, present and past, and what it is as an event at the end of the processors.
import { describe, expect, test } from 'vitest';
import { processed } from '../../../test/properties/encodings.ts';
import { asStored } from '../../../test/properties/support.ts';
import type { Content } from '../../testkit/arbitraries.ts';
import { anyValueOf, keyValuesOf } from './out/any-value.ts';
import { slotsOf } from './fixtures.ts';

const RESOURCE = { 'service.name': 'checkout', 'deployment.environment.name': 'production' };
const TRACE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const START = '1763999999000000000';
const END = '1763999999250000000';
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const ERROR = { code: 2 };

const eventIn = (signal: 'logs' | 'traces', request: object): Content =>
  asStored(processed(slotsOf(signal, 'json', Buffer.from(JSON.stringify(request)), true)[0]!));

const requestOf = (signal: 'logs' | 'traces', record: object, resource: object = RESOURCE): object => {
  const from = { attributes: keyValuesOf(resource) };
  return signal === 'logs'
    ? { resourceLogs: [{ resource: from, scopeLogs: [{ logRecords: [record] }] }] }
    : { resourceSpans: [{ resource: from, scopeSpans: [{ spans: [record] }] }] };
};
const logEvent = (attributes: object, record: object = {}): Content =>
  eventIn('logs', requestOf('logs', { timeUnixNano: START, attributes: keyValuesOf(attributes), ...record }));
const spanEvent = (attributes: object, span: object = {}): Content =>
  eventIn(
    'traces',
    requestOf('traces', {
      ...TRACE,
      name: 'a span',
      kind: SERVER,
      startTimeUnixNano: START,
      endTimeUnixNano: END,
      attributes: keyValuesOf(attributes),
      ...span,
    }),
  );

const ORDER = {
  'user.id': 'u1',
  'object.type': 'order',
  'object.id': 'o1',
};

describe('a log', () => {
  test.each<[string, object, object, object]>([
    [
      'event name',
      ORDER,
      { eventName: 'order_failed' },
      { action: 'order_failed', category: 'business', outcome: 'failure' },
    ],
    [
      'event.name, deprecated',
      { ...ORDER, 'event.name': 'order_failed' },
      {},
      { action: 'order_failed', category: 'business' },
    ],
    ['event.id', { 'event.id': 'e1' }, {}, { source: { kind: 'otlp', eventId: 'e1' } }],
    [
      'exception',
      { 'exception.type': 'java.net.ConnectException', 'exception.message': 'refused', 'exception.stacktrace': 'at x' },
      { severityNumber: 17 },
      {
        outcome: 'error',
        severity: 17,
        error: { type: 'java.net.ConnectException', message: 'refused', stack: 'at x' },
      },
    ],
    ['severity alone', {}, { severityText: 'Error' }, { severity: 17, outcome: 'error', error: { class: 'unknown' } }],
    ['severity beside a success', { outcome: 'success' }, { severityNumber: 17 }, { severity: 17, outcome: 'success' }],
    ['severity beside a status', { 'http.response.status_code': 404 }, { severityNumber: 17 }, { outcome: 'failure' }],
    ['a verb before the severity', {}, { severityNumber: 17, eventName: 'job.succeeded' }, { outcome: 'success' }],
    [
      'http',
      { 'http.request.method': 'GET', 'url.path': '/p', 'url.query': 'token=s3cr3t', 'http.response.status_code': 503 },
      {},
      {
        request: { method: 'GET', path: '/p', statusCode: 503 },
        outcome: 'error',
        processing: { warnings: [{ code: 'query_string_dropped', path: '/request/path' }] },
      },
    ],
    [
      'http, deprecated',
      { 'http.method': 'GET', 'http.target': '/p?token=s3cr3t', 'http.status_code': 403, 'http.user_agent': 'curl' },
      {},
      { request: { method: 'GET', path: '/p', statusCode: 403 }, outcome: 'denied' },
    ],
    [
      'a whole URL',
      { 'url.full': 'https://bob:s3cr3t@shop.example/a/b?token=s3cr3t#s3cr3t' },
      {},
      { request: { path: '/a/b' }, attributes: { 'url.full': 'https://shop.example/a/b' } },
    ],
    ['a whole URL, deprecated', { 'http.url': 'https://shop.example' }, {}, { request: { path: '/' } }],
    [
      'rpc',
      { 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Cart/Add', 'rpc.response.status_code': 'DEADLINE_EXCEEDED' },
      {},
      { request: { path: '/shop.Cart/Add' }, outcome: 'timeout', error: { class: 'timeout', retriable: true } },
    ],
    [
      'rpc, deprecated',
      { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add', 'rpc.grpc.status_code': 7 },
      {},
      { request: { path: '/shop.Cart/Add' }, outcome: 'denied', attributes: { 'rpc.service': 'shop.Cart' } },
    ],
    [
      'db',
      { 'db.system.name': 'postgresql', 'db.response.status_code': '40001', 'error.type': 'SerializationFailure' },
      { eventName: 'db_error' },
      { error: { class: 'database', type: 'SerializationFailure', code: '40001', retriable: true }, outcome: 'error' },
    ],
    [
      'messaging',
      { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', 'messaging.message.id': 'm1' },
      {},
      {
        object: { type: 'messaging.destination', id: 'orders' },
        correlation: { method: 'secondary_key', businessKeys: { messageId: 'm1' } },
      },
    ],
    [
      'user',
      { 'user.id': 'u1', 'user.email': 'ada@example.org', 'user.roles': ['admin'], 'session.id': 's1' },
      {},
      {
        actor: { id: 'u1', type: 'user', email: 'ada@example.org', roles: ['admin'] },
        correlation: { sessionId: 's1' },
      },
    ],
    [
      'enduser, deprecated',
      { 'enduser.id': 'u1', 'enduser.role': 'admin', 'http.client_ip': '192.0.2.1' },
      {},
      { actor: { id: 'u1', type: 'user', roles: ['admin'], ip: '192.0.2.1' } },
    ],
    [
      'a login by nobody known',
      { 'client.address': '192.0.2.1', 'user_agent.original': 'curl', 'activity.security.decision': 'deny' },
      { eventName: 'unauthorized_access' },
      { actor: { id: '192.0.2.1', type: 'unknown', ip: '192.0.2.1', userAgent: 'curl' }, outcome: 'denied' },
    ],
    [
      'a deployment',
      { 'deployment.id': 'd1', 'deployment.status': 'succeeded', 'activity.deployment.url': 'https://ci.example/1' },
      { eventName: 'deploy_completed' },
      {
        category: 'delivery',
        deployment: { id: 'd1', environment: 'production', status: 'succeeded' },
        outcome: 'success',
        evidence: [{ type: 'deployment', url: 'https://ci.example/1' }],
      },
    ],
    ['half a deployment', { 'deployment.id': 'd1' }, {}, { attributes: { 'deployment.id': 'd1' } }],
    [
      'a feature flag',
      { 'feature_flag.key': 'new-cart', 'feature_flag.result.variant': 'on' },
      { eventName: 'feature_flag.evaluation' },
      { action: 'x.feature_flag.evaluation', object: { type: 'feature_flag', id: 'new-cart' } },
    ],
  ])('%s', (_, attributes, record, expected) => {
    const event = logEvent(attributes, record);
    expect(event).toMatchObject(expected);
    expect(JSON.stringify(event)).not.toContain('s3cr3t');
  });
});

describe('a span', () => {
  const exception = { name: 'exception', attributes: keyValuesOf({ 'exception.type': 'E', 'exception.message': 'm' }) };
  test.each<[string, object, object, object]>([
    [
      'http server',
      { 'http.request.method': 'GET', 'url.path': '/o/1', 'http.route': '/o/{id}', 'http.response.status_code': 200 },
      {},
      {
        action: 'request_received',
        outcome: 'success',
        timestamp: '2025-11-24T15:59:59Z',
        object: { type: 'route', id: '/o/{id}' },
        request: { method: 'GET', path: '/o/1', statusCode: 200, durationMs: 250 },
      },
    ],
    ['http server, 5xx', { 'http.status_code': 502 }, { status: ERROR }, { outcome: 'error', severity: 17 }],
    [
      'an exception',
      {},
      { status: ERROR, events: [exception] },
      { outcome: 'error', error: { type: 'E', message: 'm' } },
    ],
    ['rpc server', { 'rpc.grpc.status_code': 5 }, {}, { outcome: 'failure' }],
    [
      'rpc client that timed out',
      { 'rpc.method': 'shop.Cart/Add', 'rpc.response.status_code': '4', 'server.address': 'cart' },
      { kind: CLIENT, status: ERROR },
      {
        action: 'downstream_timeout',
        outcome: 'timeout',
        timestamp: '2025-11-24T15:59:59.250Z',
        error: { class: 'timeout', code: 'DEADLINE_EXCEEDED', dependency: 'cart' },
      },
    ],
    [
      'db client that failed',
      { 'db.system.name': 'postgresql', 'db.collection.name': 'orders', 'db.response.status_code': '23505' },
      { kind: CLIENT, status: { code: 2, message: 'duplicate key' } },
      {
        action: 'db_error',
        object: { type: 'db.collection', id: 'orders' },
        error: {
          class: 'database',
          code: '23505',
          message: 'duplicate key',
          retriable: false,
          dependency: 'postgresql',
        },
      },
    ],
    [
      'db client, deprecated',
      { 'db.system': 'mongodb', 'db.mongodb.collection': 'orders' },
      { kind: CLIENT, status: ERROR },
      { action: 'db_error', object: { id: 'orders' }, error: { dependency: 'mongodb' } },
    ],
    [
      'messaging producer',
      { 'messaging.destination.name': 'orders', 'messaging.message.id': 'm1' },
      { kind: PRODUCER },
      {
        action: 'x.span',
        object: { id: 'orders' },
        correlation: { method: 'trace', businessKeys: { messageId: 'm1' } },
      },
    ],
    [
      'links, and what was dropped',
      {},
      {
        links: [{ ...TRACE, droppedAttributesCount: 1 }],
        events: [{ name: 'e', droppedAttributesCount: 1 }],
        droppedEventsCount: 2,
      },
      {
        correlation: { links: [{ correlationId: `trace:${TRACE.traceId}`, type: 'span_link', ...TRACE }] },
        processing: {
          warnings: [
            { code: 'span_events_dropped' },
            { code: 'span_event_attributes_dropped' },
            { code: 'span_link_attributes_dropped' },
          ],
        },
      },
    ],
  ])('%s', (_, attributes, span, expected) => expect(spanEvent(attributes, span)).toMatchObject(expected));
});

/** As each language's SDK or its usual exporter writes them. */
describe('SDKs', () => {
  const resources: readonly [string, object][] = [
    [
      'java',
      { 'telemetry.distro.name': 'opentelemetry-java-instrumentation', 'process.command_args': ['java', '-jar'] },
    ],
    ['go', { 'process.pid': 1, 'host.name': 'h1', 'k8s.pod.name': 'p-1', 'k8s.namespace.name': 'shop' }],
    ['python', { 'telemetry.auto.version': '0.60b0', 'cloud.provider': 'aws', 'cloud.region': 'eu-central-1' }],
    ['dotnet', { 'service.instance.id': '7c1c0f4e', 'container.id': 'c1' }],
    ['nodejs', { 'process.runtime.version': '24.1.0', 'deployment.environment': 'staging', 'host.ip': ['192.0.2.1'] }],
  ];
  test.each(resources)('%s: the resource', (language, more) => {
    const resource = { 'service.name': 'shop', 'telemetry.sdk.language': language, ...more };
    const event = eventIn('logs', requestOf('logs', { timeUnixNano: START }, resource));
    const { environment, instanceId } = event['service'] as Content;
    const said = JSON.stringify([event['attributes'], environment, instanceId]);
    expect(event['service']).toMatchObject({ name: 'shop' });
    for (const value of Object.values(more)) expect(said).toContain(JSON.stringify(value));
  });

  test('without a service name: unknown_service, and a warning', () => {
    expect(eventIn('logs', requestOf('logs', { timeUnixNano: START }, {}))).toMatchObject({
      action: 'x.log',
      category: 'system',
      service: { name: 'unknown_service' },
      processing: { warnings: [{ code: 'service_name_missing' }] },
    });
  });

  test.each<[string, object, object]>([
    ['numbers where OTLP says text', { timeUnixNano: 1_763_999_999_000_000_000, severityNumber: '9' }, { severity: 9 }],
    ["protobuf's names of numbers", { severityNumber: 'SEVERITY_NUMBER_ERROR2' }, { severity: 18 }],
    ['ids in upper case', { traceId: TRACE.traceId.toUpperCase() }, { correlation: { traceId: TRACE.traceId } }],
    ['ids in base64', { traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }, { correlation: { traceId: TRACE.traceId } }],
    ['ids of zeros', { traceId: '0'.repeat(32), spanId: '0'.repeat(16) }, { correlation: { method: 'singleton' } }],
    ['an empty body', { body: {} }, { action: 'x.log' }],
    ['a text', { body: { stringValue: 'hello' } }, { data: { value: 'hello' } }],
    ['bytes', { body: { bytesValue: '_-8=' } }, { data: { value: '/+8=' } }],
    [
      'an array',
      { body: { arrayValue: { values: [{ intValue: '1' }, { doubleValue: 'NaN' }] } } },
      { data: { value: [1, 'NaN'] } },
    ],
    ['a map', { body: anyValueOf({ order: { id: 'o1' } }) }, { data: { order: { id: 'o1' } } }],
    [
      'null for what is not there',
      { body: null, traceId: null, attributes: null, severityNumber: null },
      { action: 'x.log' },
    ],
  ])('%s', (_, record, expected) => {
    expect(eventIn('logs', requestOf('logs', { timeUnixNano: START, ...record }))).toMatchObject(expected);
  });

  test("a span in protobuf's own JSON", () => {
    const span = {
      ...TRACE,
      name: 'n',
      kind: 'SPAN_KIND_SERVER',
      status: { code: 'STATUS_CODE_ERROR' },
      endTimeUnixNano: END,
    };
    expect(eventIn('traces', requestOf('traces', span))).toMatchObject({
      action: 'request_received',
      outcome: 'error',
    });
  });
});
