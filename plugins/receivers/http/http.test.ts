// The whole receiver over a socket, from its configuration to its answers.
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { Endpoint, HttpMount, Log, Receiver, ReceiverContext } from '../../../src/sdk/index.ts';
import { BAD_TOKEN, createFakeIntake, type FakeIntake } from './fake-intake.ts';
import plugin from './plugin.ts';

const CANARY = 'canary7f3a';
const MiB = 1024 ** 2;

let server: Server;
let intake: FakeIntake;
let receiver: Receiver;
let logged: unknown[];
let port: number;
let endpoints: readonly Endpoint[];

const listen = async (mount: HttpMount) => {
  server = createServer(mount.handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  return { name: mount.name, address: `127.0.0.1:${port}` };
};

beforeEach(async () => {
  logged = [];
  const log: Log = { info: () => {}, warn: () => {}, error: (...line) => void logged.push(line) };
  const context = { id: 'http', log, listen } as unknown as ReceiverContext;
  intake = createFakeIntake();
  receiver = plugin.create(plugin.config.parse({}), context);
  endpoints = await receiver.start(intake);
});
afterEach(async () => {
  await receiver.stop(AbortSignal.abort());
  server.closeAllConnections();
  server.close();
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}
const send = async ({ path = '/v1/events', method = 'POST', headers, body }: Sent) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const words = await answer.text();
  expect(words).not.toContain(CANARY);
  return { status: answer.status, headers: answer.headers, body: words === '' ? undefined : JSON.parse(words) };
};
const event = (description: string) => JSON.stringify({ description, data: { secret: CANARY } });
const emitted = () => intake.batches.flat() as RawEvent[];

test('listens where it says', () => expect(endpoints).toEqual([{ name: 'http', address: `127.0.0.1:${port}` }]));

describe('one event', () => {
  test.each([
    ['new', 202, { eventId: 'id-0', status: 'accepted', correlationId: 'c-0' }],
    ['duplicate', 200, { eventId: 'id-of-the-first', status: 'duplicate', correlationId: 'c-0' }],
    ['filtered', 200, { status: 'filtered', reason: 'environment' }],
  ])('%s: %i', async (fate, status, body) => {
    const answer = await send({ body: event(fate) });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers.get('content-type')).toBe('application/json');
  });

  test.each([
    ['rejected', 422, 'EVENT_INVALID', null],
    ['foreign', 403, 'TENANT_MISMATCH', null],
    ['quota', 429, 'INTAKE_QUOTA', '3'],
    ['disk_full', 503, 'INTAKE_DISK_FULL', '5'],
  ])('%s: %i', async (fate, status, code, retryAfter) => {
    const answer = await send({ body: event(fate) });
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });

  test('carries where it came from', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const authorization = 'Bearer blk_abc';
    const body = event('new');
    await send({
      body,
      headers: {
        traceparent,
        authorization,
        'idempotency-key': '"k 1"',
        'content-type': 'application/json; charset=UTF-8',
      },
    });
    expect(emitted()).toEqual([
      {
        content: JSON.parse(body),
        source: { kind: 'api', receiver: 'http', contentType: 'application/json', traceparent },
        receivedAt: intake.now(),
        rawSize: body.length,
        identity: { name: '', id: 'k 1' },
      },
    ]);
    expect(intake.credentials).toEqual([{ bearer: 'blk_abc', remoteAddress: '127.0.0.1' }]);
  });

  test('a traceparent that is none is left out', async () => {
    await send({ body: '{}', headers: { traceparent: CANARY } });
    expect(emitted()[0]!.source).not.toHaveProperty('traceparent');
  });

  test.each(['gzip', 'zstd'])('in %s', async (encoding) => {
    const compress = encoding === 'gzip' ? gzipSync : zstdCompressSync;
    const answer = await send({ body: compress(event('new')), headers: { 'content-encoding': encoding } });
    expect(answer.status).toBe(202);
    expect(emitted()[0]!.content).toEqual(JSON.parse(event('new')));
  });
});

describe('a batch', () => {
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const path = '/v1/events/batch';
  test.each<[string, number, Sent]>([
    ['an array', 207, { body: `[${event('new')},7,${event('filtered')}]` }],
    ['an object of events', 207, { body: `{"events":[${event('new')},"${CANARY}",${event('filtered')}]}` }],
    ['lines', 207, { body: `${event('new')}\n${CANARY}\n${event('filtered')}\n`, headers: ndjson }],
  ])('%s: %i, in order', async (_name, status, sent) => {
    const answer = await send({ path, ...sent });
    expect(answer).toMatchObject({ status, body: { accepted: 1, rejected: 1 } });
    expect(answer.body.results).toMatchObject([
      { index: 0, status: 'accepted', eventId: 'id-0' },
      { index: 1, status: 'rejected', error: { path: '' } },
      { index: 2, status: 'filtered' },
    ]);
  });

  test('all accepted is 202, all rejected a problem with results', async () => {
    expect(await send({ path, body: '[{},{}]' })).toMatchObject({ status: 202, body: { accepted: 2, rejected: 0 } });
    const refused = await send({ path, body: `[${event('rejected')}]` });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'BATCH_REJECTED', rejected: 1, results: [{ index: 0 }] },
    });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
  });

  test('one event to be retried: the whole answer', async () => {
    const answer = await send({ path, body: `[{},${event('quota')}]` });
    expect(answer).toMatchObject({ status: 429, body: { code: 'INTAKE_QUOTA' } });
    expect(answer.body).not.toHaveProperty('results');
  });
});

describe('refused before the events are looked at', () => {
  const deep = (depth: number) => `{"a":${'['.repeat(depth)}"${CANARY}"${']'.repeat(depth)}}`;
  const bomb = Buffer.alloc(64 * MiB);
  test.each<[string, number, string, Sent]>([
    ['no valid credential', 401, 'AUTH_INVALID', { headers: { authorization: `Bearer ${BAD_TOKEN}` }, body: '{}' }],
    ['another method', 405, 'HTTP_METHOD', { method: 'PUT', body: '{}' }],
    ['another method for batches', 405, 'HTTP_METHOD', { method: 'GET', path: '/v1/events/batch' }],
    ['another path', 404, 'HTTP_NOT_FOUND', { path: '/v1/events/x', body: '{}' }],
    ['a path of backslashes', 404, 'HTTP_NOT_FOUND', { path: '/v1/events%5c..', body: '{}' }],
    ['text', 415, 'HTTP_CONTENT_TYPE', { headers: { 'content-type': 'text/plain' }, body: '{}' }],
    ['no content type', 415, 'HTTP_CONTENT_TYPE', { headers: { 'content-type': '' }, body: '{}' }],
    [
      'another charset',
      415,
      'HTTP_CONTENT_TYPE',
      { headers: { 'content-type': 'application/json;charset=latin1' }, body: '{}' },
    ],
    [
      'lines where one event goes',
      415,
      'HTTP_CONTENT_TYPE',
      { headers: { 'content-type': 'application/x-ndjson' }, body: '{}' },
    ],
    [
      'CloudEvents where one event goes',
      415,
      'HTTP_CONTENT_TYPE',
      { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' },
    ],
    ['a content type of Object', 415, 'HTTP_CONTENT_TYPE', { headers: { 'content-type': 'constructor' }, body: '{}' }],
    ['an encoding that is not taken', 415, 'BODY_ENCODING', { headers: { 'content-encoding': 'deflate' }, body: '{}' }],
    [
      'two layers',
      415,
      'BODY_ENCODING',
      { headers: { 'content-encoding': 'gzip, zstd' }, body: zstdCompressSync(gzipSync('{}')) },
    ],
    [
      'a cut gzip',
      400,
      'BODY_CORRUPT',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{}').subarray(0, -2) },
    ],
    ['no JSON', 400, 'JSON_SYNTAX', { body: `{"a":${CANARY}}` }],
    ['nothing', 400, 'JSON_SYNTAX', { body: '' }],
    ['no UTF-8', 400, 'BODY_NOT_UTF8', { body: Buffer.from(`{"a":"${CANARY}\xff"}`, 'latin1') }],
    ['depth 1,000', 400, 'JSON_DEPTH', { body: deep(1000) }],
    ['depth 100,000', 400, 'JSON_DEPTH', { body: deep(100_000) }],
    ['an event of 1 MiB and more', 413, 'BODY_TOO_LARGE', { body: `"${'x'.repeat(MiB)}"` }],
    [
      'a batch of 5 MiB and more',
      413,
      'BODY_TOO_LARGE',
      { path: '/v1/events/batch', body: `["${'x'.repeat(5 * MiB)}"]` },
    ],
    ['a gzip bomb', 413, 'BODY_TOO_LARGE', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(bomb) }],
    [
      'a zstd bomb',
      413,
      'BODY_RATIO',
      { path: '/v1/events/batch', headers: { 'content-encoding': 'zstd' }, body: zstdCompressSync(bomb) },
    ],
    ['1,001 events', 413, 'BATCH_TOO_MANY', { path: '/v1/events/batch', body: `[${Array(1001).fill('{}').join()}]` }],
    ['an empty batch', 400, 'BATCH_EMPTY', { path: '/v1/events/batch', body: '[]' }],
    ['an empty key', 400, 'IDEMPOTENCY_KEY_FORM', { headers: { 'idempotency-key': '""' }, body: '{}' }],
    ['a long key', 400, 'IDEMPOTENCY_KEY_FORM', { headers: { 'idempotency-key': CANARY.repeat(99) }, body: '{}' }],
  ])('%s: %i %s', async (_name, status, code, sent) => {
    const answer = await send(sent);
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:betalogs:problem:${code}` } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
    expect(intake.batches).toEqual([]);
    expect(intake.room.held).toBe(0);
    expect(intake.room.peak).toBeLessThan(7 * MiB);
    expect((await send({ body: '{}' })).status).toBe(202);
  });

  test('rejected, and counted: what is JSON and no event', async () => {
    for (const body of ['[]', '1', 'null', `{"${CANARY.slice(0, 3)}":"\\udfff"}`, '{"__proto__":{}}']) {
      expect(await send({ body })).toMatchObject({ status: 422, body: { code: 'EVENT_INVALID' } });
    }
    expect(intake.batches).toHaveLength(5);
  });

  test('chunks without a length are counted too', async () => {
    const outgoing = httpRequest({
      port,
      path: '/v1/events',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    outgoing.on('error', () => {});
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    for (let i = 0; i < 20; i++) outgoing.write(chunk);
    const [answer] = await answered;
    expect(answer.statusCode).toBe(413);
    outgoing.destroy();
    expect(intake.room).toEqual({ held: 0, peak: MiB });
  });

  test('busy: nothing is read, and the time to come back is told', async () => {
    intake.busy = { busy: 'quota', afterMs: 10 };
    const answer = await send({ body: '{}' });
    expect(answer).toMatchObject({ status: 429, body: { code: 'INTAKE_QUOTA' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  test('a sender that goes away leaves nothing behind', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const outgoing = httpRequest({ port, path: '/v1/events', method: 'POST', headers });
    outgoing.on('error', () => {});
    const began = once(server, 'request') as Promise<[IncomingMessage]>;
    outgoing.write('{"a":');
    const [incoming] = await began;
    const gone = once(incoming, 'close');
    outgoing.destroy();
    await gone.catch(() => {});
    await receiver.stop(AbortSignal.timeout(10_000));
    expect(intake.batches).toEqual([]);
    expect(intake.room.held).toBe(0);
  });

  test('a bug is a 500, logged without what was sent', async () => {
    intake.authenticate = () => Promise.reject(new Error(CANARY));
    expect(await send({ body: '{}' })).toMatchObject({ status: 500, body: { code: 'HTTP_INTERNAL' } });
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).not.toContain(CANARY);
  });
});

describe('stop', () => {
  test('answers what had begun, and nothing new', async () => {
    const gate = Promise.withResolvers<void>();
    intake.gate = gate.promise;
    const first = send({ body: '{}' });
    await once(server, 'request');
    const stopped = receiver.stop(new AbortController().signal);
    expect(await send({ body: '{}' })).toMatchObject({ status: 503, body: { code: 'INTAKE_STOPPING' } });
    gate.resolve();
    expect((await first).status).toBe(202);
    await stopped;
  });

  test('gives up at the signal', async () => {
    const gate = Promise.withResolvers<void>();
    intake.gate = gate.promise;
    const first = send({ body: '{}' });
    await once(server, 'request');
    const deadline = new AbortController();
    const stopped = receiver.stop(deadline.signal);
    deadline.abort();
    await stopped;
    gate.resolve();
    expect((await first).status).toBe(202);
  });
});

const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((json) => Buffer.from(json)),
  fc.string({ unit: fc.constantFrom(...'[]{}:,"\\u0d8e1-.\n ') }).map((words) => Buffer.from(words)),
  fc.array(fc.json(), { maxLength: 4 }).map((lines) => Buffer.from(lines.join('\n'))),
);
const PLANT = Buffer.from(`{"x":"${CANARY}"}`);
const COMPRESSORS = new Map<string, (body: Buffer) => Buffer>([
  ['gzip', (body) => gzipSync(body)],
  ['zstd', (body) => zstdCompressSync(body)],
]);

/** As `send`, over one connection kept alive: fetch costs three times as much a request. */
const post = async (agent: Agent, path: string, headers: Record<string, string>, body: Buffer) => {
  const outgoing = httpRequest({ agent, port, path, method: 'POST', headers });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, contentType: answer.headers['content-type'], body: await text(answer) };
};

test('10,000 bodies: an outcome or a 4xx problem, nothing echoed, nothing held', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/v1/events', '/v1/events/batch'),
      fc.constantFrom('application/json', 'application/json', 'application/x-ndjson', 'text/plain'),
      fc.constantFrom('identity', 'identity', 'gzip', 'zstd', 'br'),
      fc.boolean(),
      bodies,
      async (path, contentType, encoding, honest, random) => {
        const plain = Buffer.concat([random, Buffer.from('\n'), PLANT]);
        const body = honest ? (COMPRESSORS.get(encoding)?.(plain) ?? plain) : plain;
        const headers = { 'content-type': contentType, 'content-encoding': encoding };
        const answer = await post(agent, path, headers, body);
        expect(answer.body).not.toContain(CANARY);
        const problem = answer.status >= 400;
        expect(problem ? [400, 415, 422] : [202, 207]).toContain(answer.status);
        expect(answer.contentType).toBe(problem ? 'application/problem+json' : 'application/json');
        expect(intake.room.held).toBe(0);
      },
    ),
    { numRuns: 10_000 },
  );
  agent.destroy();
  expect(logged).toEqual([]);
  expect((await send({ body: '{}' })).status).toBe(202);
}, 120_000);
