import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { CollectorStatus, ExtensionContext, HttpMount } from '../../../src/sdk/index.ts';
import plugin from './plugin.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))));

const READY: CollectorStatus = {
  ready: true,
  reasons: [],
  version: '0.1.0',
  uptimeSeconds: 3,
  journalBytes: 42,
  components: [{ id: 'sqlite', kind: 'exporter', state: 'ok', oldestUndeliveredSeconds: 0 }],
};

/** Starts the extension on a real server; `status` is what it is told. */
const start = async (status: () => CollectorStatus): Promise<string> => {
  const listen = async (mount: HttpMount) => {
    expect(mount).toMatchObject({ name: 'health', paths: ['/'], listener: { endpoint: '127.0.0.1:13133' } });
    server = createServer(mount.handler);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return { name: mount.name, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const context = { id: 'health', listen, status } as unknown as ExtensionContext;
  const [endpoint] = await plugin.create(plugin.config.parse({}), context).start();
  return `http://${endpoint!.address}`;
};

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}
const ask = (url: string, method: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], body }));
    });
    sent.on('error', reject).end();
  });

test('it lives, is ready, and tells its status', async () => {
  const url = await start(() => READY);
  expect(await ask(`${url}/livez`, 'GET')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  expect(await ask(`${url}/readyz?verbose`, 'GET')).toMatchObject({ status: 200, body: '{"status":"ready"}' });
  expect(JSON.parse((await ask(`${url}/status`, 'GET')).body)).toEqual(READY);
});

test('what it tells is read anew, and a collector that is not ready still lives', async () => {
  let status = READY;
  const url = await start(() => status);
  status = { ...READY, ready: false, reasons: ['sqlite: 90 s behind'] };
  const answer = await ask(`${url}/readyz`, 'GET');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toEqual({ status: 'not_ready', reasons: ['sqlite: 90 s behind'] });
  expect(await ask(`${url}/livez`, 'GET')).toMatchObject({ status: 200 });
});

test.each(['/livez', '/readyz', '/status'])('HEAD %s answers without a body', async (path) => {
  const url = await start(() => READY);
  expect(await ask(`${url}${path}`, 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test.each([
  ['GET', '/', 404, 'HTTP_NOT_FOUND'],
  ['GET', '/livez/x', 404, 'HTTP_NOT_FOUND'],
  ['POST', '/readyz', 405, 'HTTP_METHOD_NOT_ALLOWED'],
  ['DELETE', '/nothing', 404, 'HTTP_NOT_FOUND'],
])('%s %s is a problem', async (method, path, status, code) => {
  const url = await start(() => READY);
  const answer = await ask(`${url}${path}`, method);
  expect(answer).toMatchObject({ status, type: 'application/problem+json' });
  expect(JSON.parse(answer.body)).toMatchObject({ status, code });
});
