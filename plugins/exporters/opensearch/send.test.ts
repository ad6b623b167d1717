// Every answer that a bulk can get, from a server that gives exactly that.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { ExportOutcome } from '../../../src/sdk/index.ts';
import { capturingLog, componentContext, exampleEvents, fakeClock, storedBatch } from '../../../src/testkit/index.ts';
import { clientOptions, connect } from './connect.ts';
import plugin from './plugin.ts';
import { startRetention } from './retention.ts';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
type Respond = (ask: { method: string; path: string; body: string; headers: IncomingMessage['headers'] }) => Reply;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const OK: Reply = { status: 200, body: { acknowledged: true } };
const serve = async (respond: Respond): Promise<string> => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      const { method = '', url: path = '', headers } = request;
      const reply = respond({ method, path, body, headers });
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const isBulk = ({ path }: { path: string }): boolean => path.startsWith('/_bulk');
const idsIn = (ndjson: string): string[] => [...ndjson.matchAll(/"_id":"([^"]+)","routing"/g)].map(([, id]) => id!);
const item = (status: number, type?: string) => ({
  create: { status, ...(type !== undefined && { error: { type, reason: 'canary' } }) },
});

const exporterAt = (url: string, config: object = {}) =>
  plugin.create(plugin.config.parse({ url, ...config }), componentContext());
const exportTo = async (
  respond: Respond,
  count: number,
  config: object = {},
  signal = new AbortController().signal,
): Promise<readonly ExportOutcome[]> => {
  const exporter = exporterAt(await serve(respond), config);
  try {
    return await exporter.export(storedBatch(exampleEvents(count)), signal);
  } finally {
    await exporter.stop();
  }
};

test('each item of a mixed answer counts by its own status', async () => {
  const items = [
    item(201),
    item(409, 'version_conflict_engine_exception'),
    item(429, 'rejected_execution_exception'),
    item(400, 'mapper_parsing_exception'),
    item(503, 'unavailable_shards_exception'),
    item(403, 'cluster_block_exception'),
    item(404, 'index_not_found_exception'),
  ];
  const outcomes = await exportTo((ask) => {
    if (isBulk(ask)) return { status: 200, body: { errors: true, items } };
    if (ask.path.startsWith('/_mget')) {
      expect(JSON.parse(ask.body)).toMatchObject({ docs: [{ _index: 'act-2026.11', routing: 'acme' }] });
      return { status: 200, body: { docs: [{ found: true, _source: { tenantId: 'acme' } }] } };
    }
    return OK;
  }, items.length);
  expect(outcomes).toEqual([
    { status: 'stored' },
    { status: 'stored' },
    { status: 'retry', reason: '429 (rejected_execution_exception)' },
    { status: 'dead', code: 'mapper_parsing_exception', message: 'the store cannot index the event' },
    { status: 'retry', reason: '503 (unavailable_shards_exception)' },
    { status: 'retry', reason: '403 (cluster_block_exception)' },
    { status: 'retry', reason: '404 (index_not_found_exception)' },
  ]);
});

test.each<[string, unknown]>([
  ['short', { items: [item(201)] }],
  ['long', { items: [item(201), item(201), item(201)] }],
  ['without items', {}],
  ['no object', 'null'],
  ['no JSON', '<html>'],
  ['empty', ''],
  ['of another operation', { items: [{ index: { status: 201 } }, { index: { status: 201 } }] }],
  ['without a status', { items: [{ create: {} }, { create: { status: '201' } }] }],
  ['with holes', { items: [null, 5] }],
])('a strange answer, %s, means unknown: everything goes again', async (_, body) => {
  const outcomes = await exportTo((ask) => (isBulk(ask) ? { status: 200, body } : OK), 2);
  expect(outcomes.map(({ status }) => status)).toEqual(['retry', 'retry']);
});

test.each<[number, unknown, Record<string, string>, ExportOutcome]>([
  [401, {}, {}, { status: 'stop', reason: 'answered 401' }],
  [403, { error: { type: 'security_exception' } }, {}, { status: 'stop', reason: 'answered 403 (security_exception)' }],
  [429, {}, { 'retry-after': '7' }, { status: 'retry', reason: 'answered 429', afterMs: 7000 }],
  [429, { error: { type: 'circuit_breaking_exception' } }, {}, { status: 'retry', reason: 'answered 429 (circuit_breaking_exception)' }],
  [503, '<html>busy</html>', {}, { status: 'retry', reason: 'answered 503' }],
  [502, '', {}, { status: 'retry', reason: 'answered 502' }],
  [400, { error: { type: 'parse_exception' } }, {}, { status: 'suspect', code: 'parse_exception', message: 'the store refused the request' }],
  [404, {}, {}, { status: 'stop', reason: 'answered 404' }],
])('a bulk that is answered %i is that for all', async (status, body, headers, outcome) => {
  const outcomes = await exportTo((ask) => (isBulk(ask) ? { status, body, headers } : OK), 2);
  expect(outcomes).toEqual([outcome, outcome]);
}); // prettier-ignore

test('413 is halved until each part is taken; one event alone is a dead letter', async () => {
  const tooLarge = '019ab000-0000-7000-8000-000000000005';
  const sent: number[] = [];
  const outcomes = await exportTo((ask) => {
    if (!isBulk(ask)) return OK;
    const ids = idsIn(ask.body);
    expect(ask.body.endsWith('\n')).toBe(true);
    sent.push(ids.length);
    if (ids.length > 2 || ids.includes(tooLarge)) return { status: 413, body: '' };
    return { status: 200, body: { items: ids.map(() => item(201)) } };
  }, 7);
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 5 }, () => 'stored'),
    'dead',
    'stored',
  ]);
  expect(outcomes[5]).toMatchObject({ code: 'document_too_large' });
  expect(sent).toEqual([7, 4, 2, 2, 3, 2, 1, 1, 1]);
});

test('no answer at all: retry, with the reason', async () => {
  const exporter = exporterAt('http://127.0.0.1:1');
  const outcomes = await exporter.export(storedBatch(exampleEvents(1)), new AbortController().signal);
  expect(outcomes).toEqual([{ status: 'retry', reason: expect.stringContaining('ECONNREFUSED') as string }]);
  await exporter.stop();
});

test('an abort ends a request that hangs', async () => {
  const aborting = new AbortController();
  const outcomes = await exportTo(
    (ask) => {
      if (isBulk(ask)) setImmediate(() => aborting.abort());
      // A length that never comes.
      return isBulk(ask) ? { status: 200, body: '{', headers: { 'content-length': '100' } } : OK;
    },
    2,
    {},
    aborting.signal,
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['retry', 'retry']);
});

test('a template of a newer program is left, and nothing is sent', async () => {
  const asked: string[] = [];
  const exporter = exporterAt(
    await serve(({ method, path }) => {
      asked.push(`${method} ${path}`);
      return { status: 200, body: { index_templates: [{ index_template: { version: 99 } }] } };
    }),
  );
  await expect(exporter.start?.()).rejects.toThrow('version 99');
  const outcomes = await exporter.export(storedBatch(exampleEvents(1)), new AbortController().signal);
  expect(outcomes).toMatchObject([{ status: 'stop' }]);
  expect(asked.filter((line) => !line.startsWith('GET'))).toEqual([]);
  await exporter.stop();
});

test('an index that cannot be made holds its own events only', async () => {
  const exporter = exporterAt(
    await serve((ask) => {
      if (ask.path === '/act-2026.12') return { status: 400, body: { error: { type: 'validation_exception' } } };
      return isBulk(ask) ? { status: 200, body: { items: idsIn(ask.body).map(() => item(201)) } } : OK;
    }),
  );
  const events = exampleEvents(3, (i) => ({ timestamp: `2026-1${i === 1 ? 2 : 1}-01T00:00:00Z` }));
  const outcomes = await exporter.export(storedBatch(events), new AbortController().signal);
  expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'retry', 'stored']);
  await exporter.stop();
});

test('a tenant gets its alias once', async () => {
  const added: string[] = [];
  const exporter = exporterAt(
    await serve((ask) => {
      if (ask.path === '/_aliases') added.push(ask.body);
      return isBulk(ask) ? { status: 200, body: { items: idsIn(ask.body).map(() => item(201)) } } : OK;
    }),
  );
  const batch = storedBatch(exampleEvents(4, (i) => ({ tenantId: i % 2 === 0 ? 'acme' : 'a.b' })));
  for (let i = 0; i < 3; i++) await exporter.export(batch, new AbortController().signal);
  expect(added.map((body) => JSON.parse(body) as unknown)).toEqual([
    {
      actions: ['acme', 'a.b'].map((tenant) => ({
        add: {
          index: 'act-2026.11',
          alias: `act-t-${tenant === 'acme' ? 'acme' : 'a_2eb'}`,
          routing: tenant,
          filter: { term: { tenantId: tenant } },
        },
      })),
    },
  ]);
  await exporter.stop();
});

test('compression and basic authentication', async () => {
  const seen = new Set<string>();
  const outcomes = await exportTo(
    (ask) => {
      if (!isBulk(ask)) return OK;
      seen.add(`${ask.headers['content-encoding']} ${ask.headers.authorization}`);
      return { status: 200, body: { items: idsIn(ask.body).map(() => item(201)) } };
    },
    2,
    { compression: 'gzip', username: 'u', password: 'p' },
  );
  expect(outcomes).toEqual([{ status: 'stored' }, { status: 'stored' }]);
  expect([...seen]).toEqual([`gzip Basic ${Buffer.from('u:p').toString('base64')}`]);
});

test('requests are signed for AWS where that is asked for', async () => {
  const auth = { aws_sigv4: { region: 'eu-central-1', service: 'es' as const } };
  const { Connection: signing, Transport: renewing } = clientOptions({
    nodes: ['https://x'],
    auth,
    compression: 'none',
  });
  expect([signing?.name, renewing?.name]).toEqual(['AwsSigv4SignerConnection', 'AwsSigv4SignerTransport']);
});

test.each([
  [{}, 'url'],
  [{ url: 'http://a', nodes: ['http://b'] }, 'url'],
  [{ url: 'localhost:9200' }, 'url'],
  [{ url: 'http://a', username: 'u' }, 'username'],
  [{ url: 'http://a', index_prefix: 'Act-' }, 'index_prefix'],
])('the configuration %j is refused at %s', (config, path) => {
  expect(plugin.config.safeParse(config).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

test('retention deletes whole months of its own that are older, at the start and every hour', async () => {
  const names = ['act-2026.08', 'act-2026.09', 'act-2026.11', 'act-2020.13', 'act-2020.01-old'];
  const deleted: string[] = [];
  const url = await serve(({ method, path }) => {
    if (method === 'DELETE') {
      deleted.push(path);
      names.splice(names.indexOf(path.slice(1)), 1);
      return OK;
    }
    return { status: 200, body: names.map((index) => ({ index })) };
  });
  const clock = fakeClock({ seconds: Date.UTC(2026, 10, 30) / 1000, nanos: 0 });
  const connection = connect({ nodes: [url], compression: 'none' });
  const log = capturingLog();
  const expiry = startRetention({ connection, prefix: 'act-', periodMs: 90 * 86_400_000, clock, log });
  await expect.poll(() => clock.scheduled).toBe(1);
  expect(deleted).toEqual(['/act-2026.08']);
  // September is 90 days gone at the end of 29 December.
  clock.advance(28 * 86_400_000);
  await expect.poll(() => clock.scheduled).toBe(1);
  expect(deleted).toHaveLength(1);
  clock.advance(2 * 86_400_000);
  await expect.poll(() => deleted).toEqual(['/act-2026.08', '/act-2026.09']);
  await expiry.stop();
  await connection.close();
  expect(clock.scheduled).toBe(0);
});
