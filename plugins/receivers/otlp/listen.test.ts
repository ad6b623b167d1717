import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { SpanKind, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Intake, Log, Outcome, RawSlot, ReceiverContext } from '../../../src/sdk/index.ts';
import { encodeLogs, encodeSpans, len, requestOf, sdkLog, sdkSpan } from '../../../src/mapping/otlp/fixtures.ts';
import otlp from './plugin.ts';

type TraceOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

const accepted = (slot: RawSlot): Outcome => {
  if (!('verdict' in slot)) return { status: 'accepted', eventId: slot.eventId ?? '', correlationId: 'c' };
  return slot.verdict === 'drop'
    ? { status: 'filtered', reason: slot.reason }
    : { status: 'rejected', errors: slot.errors };
};

interface Fake {
  readonly slots: RawSlot[];
  held: number;
  settle: (slots: readonly RawSlot[]) => Promise<readonly Outcome[]> | readonly Outcome[];
  intake: Intake;
}

const createFake = (): Fake => {
  const fake: Fake = {
    slots: [],
    held: 0,
    settle: (slots) => slots.map(accepted),
    intake: {
      now: () => ({ seconds: 1_795_000_100, nanos: 0 }),
      knows: () => true,
      deadLetter: async () => undefined,
      authenticate: async ({ bearer }) =>
        bearer === 'wrong'
          ? { status: 401, code: 'AUTH_INVALID', message: 'unknown key' }
          : { tenant: 'default', scopes: new Set(['ingest']), name: 'test' },
      reserve: (tenant, bytes) => {
        let held = bytes;
        fake.held += bytes;
        const release = (): void => {
          fake.held -= held;
          held = 0;
        };
        return {
          tenant,
          grow: (more) => {
            held += more;
            fake.held += more;
            return undefined;
          },
          emit: async ({ slots }) => {
            fake.slots.push(...slots);
            return fake.settle(slots);
          },
          release,
        };
      },
    },
  };
  return fake;
};

const logged: unknown[] = [];
const log: Log = { info: () => {}, warn: () => {}, error: (...line) => logged.push(line) };

let server: Server;
let fake: Fake;
let url: string;
const receiver = otlp.create(
  otlp.config.parse({ protocols: { http: { max_compressed_bytes: '64KiB', max_bytes: '1MiB' } } }),
  {
    id: 'otlp',
    log,
    listen: async ({ handler }) => {
      server = createServer(handler);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { name: 'otlp/http', address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
    },
  } as ReceiverContext,
);

beforeEach(async () => {
  logged.length = 0;
  fake = createFake();
  const [endpoint] = await receiver.start(fake.intake);
  url = `http://${endpoint!.address}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const PROTOBUF = 'application/x-protobuf';
const post = (path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': PROTOBUF, ...headers } });
const request = encodeLogs('protobuf', sdkLog({ eventName: 'order_failed' }));

describe("OpenTelemetry's own exporters", () => {
  test('send logs', async () => {
    const exporter = new OTLPLogExporter({ url: `${url}/v1/logs` });
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    provider
      .getLogger('test')
      .emit({ eventName: 'order_failed', body: { orderId: 'o1' }, attributes: { 'user.id': 'u1' } });
    await provider.forceFlush();
    await provider.shutdown();
    expect(fake.slots).toMatchObject([
      { content: { action: 'order_failed', category: 'business', actor: { id: 'u1' }, data: { orderId: 'o1' } } },
    ]);
  });

  test('send spans, in JSON and gzip', async () => {
    const traceExporter = new OTLPTraceExporter({
      url: `${url}/v1/traces`,
      compression: 'gzip' as NonNullable<TraceOptions['compression']>,
    });
    const sdk = new NodeSDK({ traceExporter, serviceName: 'checkout', autoDetectResources: false });
    sdk.start();
    const span = trace
      .getTracer('test')
      .startSpan('GET /', { kind: SpanKind.SERVER, attributes: { 'http.route': '/' } });
    span.end();
    await sdk.shutdown();
    const { traceId } = span.spanContext();
    expect(fake.slots).toMatchObject([
      {
        content: {
          action: 'request_received',
          service: { name: 'checkout' },
          object: { type: 'route', id: '/' },
          correlation: { traceId },
        },
      },
    ]);
  });
});

describe('an answer', () => {
  test.each([
    ['protobuf', PROTOBUF, request, undefined, ''],
    ['gzip', PROTOBUF, gzipSync(request), 'gzip', ''],
    ['zstd', PROTOBUF, zstdCompressSync(request), 'zstd', ''],
    ['JSON', 'application/json; charset=utf-8', encodeLogs('json', sdkLog()), undefined, '{}'],
    ['no records', PROTOBUF, Buffer.alloc(0), undefined, ''],
  ])('is in the encoding of the request: %s', async (_, contentType, body, encoding, expected) => {
    const headers = { 'content-type': contentType, ...(encoding !== undefined && { 'content-encoding': encoding }) };
    const response = await post('/v1/logs', body, headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType.split(';')[0]);
    expect(await response.text()).toBe(expected);
    expect(fake.held).toBe(0);
  });

  test('counts what was refused, keeps the rest, and takes filtered ones for accepted', async () => {
    const bad = len(5, len(1, Buffer.from([0xff])));
    const response = await post('/v1/logs', requestOf(len(12, 'x.good'), bad, bad));
    expect(response.status).toBe(200);
    const { partialSuccess } = ProtobufLogsSerializer.deserializeResponse(new Uint8Array(await response.arrayBuffer()));
    expect(partialSuccess).toEqual({
      rejectedLogRecords: 2,
      errorMessage: '2x EVENT_NOT_UTF8 (record 1): a string is not UTF-8',
    });
    const spans = await post('/v1/traces', encodeSpans('protobuf', sdkSpan()));
    expect([spans.status, await spans.text()]).toEqual([200, '']);
  });

  test.each([
    ['disk_full', 503, 'INTAKE_DISK_FULL'],
    ['closing', 503, 'INTAKE_STOPPING'],
    ['processor_failed', 503, 'INTAKE_BUSY'],
    ['quota', 429, 'INTAKE_QUOTA'],
  ])('asks for all again if one must be: %s', async (reason, status, code) => {
    fake.settle = (slots) =>
      slots.map((slot, i) => (i === 1 ? { status: 'retry', afterMs: 2500, reason } : accepted(slot)));
    const response = await post('/v1/logs', encodeLogs('protobuf', sdkLog(), sdkLog()));
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, '3']);
    const told = await post('/v1/logs', encodeLogs('json', sdkLog(), sdkLog()), { 'content-type': 'application/json' });
    expect(await told.json()).toMatchObject({ code });
    expect(fake.held).toBe(0);
  });

  test('tells the hop and what it came in', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await post('/v1/logs', request, { traceparent });
    expect(fake.slots).toMatchObject([
      {
        source: { kind: 'otlp', receiver: 'otlp', contentType: PROTOBUF, traceparent },
        receivedAt: { seconds: 1_795_000_100 },
      },
    ]);
  });
});

describe('a refusal', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };
  test.each<[string, number, string, Buffer | string, Record<string, string>, string]>([
    ['metrics', 404, '/v1/metrics', '{}', JSON_TYPE, 'OTLP_SIGNAL'],
    ['another content type', 415, '/v1/logs', '{}', { 'content-type': 'text/plain' }, 'OTLP_CONTENT_TYPE'],
    [
      'another charset',
      415,
      '/v1/logs',
      '{}',
      { 'content-type': 'application/json; charset=latin1' },
      'OTLP_CONTENT_TYPE',
    ],
    ['another encoding', 415, '/v1/logs', '{}', { ...JSON_TYPE, 'content-encoding': 'br' }, 'BODY_ENCODING'],
    ['no JSON', 400, '/v1/logs', 'CANARY', JSON_TYPE, 'OTLP_MALFORMED'],
    ['a bad credential', 401, '/v1/logs', '{}', { ...JSON_TYPE, authorization: 'Bearer wrong' }, 'AUTH_INVALID'],
    ['too large', 413, '/v1/logs', 'x'.repeat(70_000), JSON_TYPE, 'BODY_TOO_LARGE'],
    [
      'too large inflated',
      413,
      '/v1/logs',
      gzipSync('x'.repeat(1_100_000)),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      'BODY_TOO_LARGE',
    ],
  ])('is a problem: %s', async (_, status, path, body, headers, code) => {
    const response = await post(path, body, headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status, code });
    expect(text).not.toContain('CANARY');
    expect(fake).toMatchObject({ held: 0, slots: [] });
  });

  test('is a google.rpc.Status for a sender of protobuf', async () => {
    const response = await post('/v1/logs', Buffer.from([0x02]));
    expect([response.status, response.headers.get('content-type')]).toEqual([400, PROTOBUF]);
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.subarray(0, 2)).toEqual(Buffer.from([0x08, 3]));
    expect(body.toString()).toContain('OTLP_MALFORMED');
  });

  test('tells the method', async () => {
    const response = await fetch(`${url}/v1/logs`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('of a fault is a 500 that tells and logs nothing of the body', async () => {
    fake.settle = () => {
      throw new TypeError('CANARY');
    };
    const response = await post('/v1/logs', request);
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('CANARY')]);
    expect(JSON.stringify(logged)).toContain('TypeError');
    expect(JSON.stringify(logged)).not.toContain('CANARY');
    expect(fake.held).toBe(0);
  });
});

test('stop answers what has begun, refuses what comes, and gives up at the signal', async () => {
  const settled = Promise.withResolvers<readonly Outcome[]>();
  const begun = Promise.withResolvers<void>();
  fake.settle = () => {
    begun.resolve();
    return settled.promise;
  };
  const first = post('/v1/logs', request);
  await begun.promise;
  let stopped = false;
  const stopping = receiver.stop(new AbortController().signal).then(() => (stopped = true));
  expect((await post('/v1/logs', request)).status).toBe(503);
  expect(stopped).toBe(false);
  await receiver.stop(AbortSignal.abort());
  settled.resolve(fake.slots.map(accepted));
  expect((await first).status).toBe(200);
  await stopping;
});
