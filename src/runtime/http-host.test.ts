import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as requestTls } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpMount, Log } from '../sdk/index.ts';
import { createHttpHost, type HttpHost } from './http-host.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';

type Handler = HttpMount['handler'];
const ANY = { endpoint: '127.0.0.1:0', insecure: false };
const NEVER = new AbortController().signal;

let errors: { message: string; fields: unknown }[];
let host: HttpHost;
const log: Log = {
  info: () => {},
  warn: () => {},
  error: (message, fields) => void errors.push({ message, fields }),
};
beforeEach(() => {
  errors = [];
  host = createHttpHost({ log });
});
afterEach(() => host.close(AbortSignal.abort()));

const withLimits = (limits: Partial<HttpLimits>) => {
  host = createHttpHost({ log, limits: { ...HTTP_LIMITS, checkEveryMs: 20, ...limits } });
};
const say =
  (words: string): Handler =>
  (_request, response) =>
    void response.end(words);
const mount = (name: string, paths: string[], handler: Handler, listener: HttpMount['listener'] = ANY) =>
  host.listen({ name, paths, handler, listener });
const open = async (address: string): Promise<Socket> => {
  const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
};
/** What comes back for these bytes until the connection ends. */
const raw = async (address: string, bytes: string): Promise<string> => {
  const socket = await open(address);
  socket.write(bytes);
  return text(socket);
};
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

describe('routes', () => {
  test('the longest prefix of whole segments wins; the rest is told what is served', async () => {
    const listener = { ...ANY, endpoint: `127.0.0.1:${await freePort()}` };
    const first = await mount('http', ['/v1/events'], say('events'), listener);
    const second = await mount('hooks', ['/v1', '/webhooks'], say('hooks'), listener);
    expect(second.address).toBe(first.address);
    const ask = async (path: string) => (await fetch(`http://${first.address}${path}`)).text();
    expect(await ask('/v1/events')).toBe('events');
    expect(await ask('/v1/events/batch?x=/webhooks')).toBe('events');
    expect(await ask('/v1/eventsx')).toBe('hooks');
    const missing = await fetch(`http://${first.address}/v2`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toBe('application/problem+json');
    expect(await missing.json()).toMatchObject({
      code: 'HTTP_NOT_FOUND',
      detail: 'This listener serves /v1, /v1/events, /webhooks.',
    });
  });

  test('port 0 is never shared', async () => {
    const [a, b] = [await mount('a', ['/'], say('a')), await mount('b', ['/'], say('b'))];
    expect(a.address).not.toBe(b.address);
    expect(await (await fetch(`http://${b.address}/`)).text()).toBe('b');
  });

  test('one path twice, or other tls, on one endpoint is refused', async () => {
    const listener = { ...ANY, endpoint: `127.0.0.1:${await freePort()}` };
    await mount('a', ['/x'], say('a'), listener);
    await expect(mount('b', ['/x'], say('b'), listener)).rejects.toThrow('b and a both serve /x');
    const tls = { cert_file: 'c.pem', key_file: 'k.pem' };
    await expect(mount('c', ['/y'], say('c'), { ...listener, tls })).rejects.toThrow('make them equal');
  });
});

describe('what it cannot open, in plain words', () => {
  test('a port in use', async () => {
    const taken = await mount('a', ['/'], say('a'));
    const listener = { ...ANY, endpoint: taken.address };
    await expect(mount('b', ['/'], say('b'), listener)).rejects.toThrow(
      `cannot listen on ${taken.address}: the port is in use`,
    );
  });

  test.each([
    ['an address of another machine', { ...ANY, endpoint: '192.0.2.1:0' }, 'this machine has no such address'],
    [
      'a certificate that is not there',
      { ...ANY, tls: { cert_file: '/no/c', key_file: '/no/k' } },
      'tls: /no/c cannot be read (ENOENT)',
    ],
  ])('%s', async (_name, listener, message) => {
    await expect(mount('a', ['/'], say('a'), listener)).rejects.toThrow(message);
  });
});

describe('tls', () => {
  // Made for this test, known to everybody.
  const CERT = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUeQKokLE+pAVC4PcT5egTJIss8zcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE5MTUwNFoYDzIxMjYxMDMw
MTkxNTA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASN5+kNPHCVkewpJI5hBxXEFZOQA1RA3Bc7lSqiRcenOEibrVqA8rrB
dMTnEIvHrE/ay+RGK0l16PCzJ2EyNN3yo2kwZzAdBgNVHQ4EFgQUsgCIy6yms62b
0qkF2Hyp4UpZ9qYwHwYDVR0jBBgwFoAUsgCIy6yms62b0qkF2Hyp4UpZ9qYwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAJxDwlf2aeKZeH3fkxtEsOUG3qHdnwp+Hg1DiAGXjHeyAiEA94Q69Ld2
8uz/ORVoiZXfINWCHyHurw2XmjOdQZL6A8Y=
-----END CERTIFICATE-----`;
  const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0IWsvttBZkiF9+IH
S+T+C7lUO+1j9LiXHRZHo+r45KehRANCAASN5+kNPHCVkewpJI5hBxXEFZOQA1RA
3Bc7lSqiRcenOEibrVqA8rrBdMTnEIvHrE/ay+RGK0l16PCzJ2EyNN3y
-----END PRIVATE KEY-----`;

  test('serves 1.2 and later, and nothing older', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'http-host-'));
    const tls = { cert_file: join(directory, 'c.pem'), key_file: join(directory, 'k.pem') };
    await Promise.all([writeFile(tls.cert_file, CERT), writeFile(tls.key_file, KEY)]);
    const { address } = await mount('a', ['/'], say('fine'), { ...ANY, tls });
    const ask = (version: SecureVersion) =>
      new Promise<string>((resolve, reject) => {
        const options = { ca: CERT, servername: 'localhost', minVersion: version, maxVersion: version };
        requestTls(`https://${address}/`, { ...options, ciphers: 'DEFAULT@SECLEVEL=0' }, (answer) =>
          resolve(text(answer)),
        )
          .on('error', reject)
          .end();
      });
    expect(await ask('TLSv1.2')).toBe('fine');
    expect(await ask('TLSv1.3')).toBe('fine');
    await expect(ask('TLSv1.1')).rejects.toThrow(/protocol version/);
    await rm(directory, { recursive: true });
  });
});

describe('handlers that fail', () => {
  const fault = () => new Error('canary\n    at canary');
  test.each<[string, Handler]>([
    [
      'at once',
      () => {
        throw fault();
      },
    ],
    ['later', () => Promise.reject(fault())],
  ])('%s: 500, logged without the words, and the server lives', async (_name, handler) => {
    const { address } = await mount('a', ['/'], handler);
    for (let i = 0; i < 2; i++) {
      const answer = await fetch(`http://${address}/`);
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ code: 'HTTP_INTERNAL' });
    }
    expect(errors).toMatchObject([{ fields: { listener: 'a', error: 'Error' } }, {}]);
    expect(JSON.stringify(errors)).not.toContain('canary');
  });
});

describe('limits', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i) => `x-${i}: 1\r\n`).join('');
  const get = (headers: string) => `GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n`;
  test.each([
    ['98 fields and two', get(fields(98)), '200', ''],
    ['one field more', get(fields(99)), '431', 'HTTP_HEADERS_TOO_MANY'],
    ['16 KB of fields', get(`x: ${'y'.repeat(17_000)}\r\n`), '431', 'HTTP_HEADERS_TOO_LARGE'],
    ['no HTTP', 'canary\r\n\r\n', '400', 'HTTP_MALFORMED'],
    ['two lengths', get('content-length: 1\r\ncontent-length: 2\r\n'), '400', 'HTTP_MALFORMED'],
    ['length and chunks', get('content-length: 1\r\ntransfer-encoding: chunked\r\n'), '400', 'HTTP_MALFORMED'],
    ['a bare newline in a field', get('x: canary\n y: 1\r\n'), '400', 'HTTP_MALFORMED'],
  ])('%s', async (_name, bytes, status, code) => {
    const { address } = await mount('a', ['/'], say('fine'));
    const answer = await raw(address, bytes);
    expect(answer.split(' ')[1]).toBe(status);
    expect(answer).toContain(code);
    expect(answer).not.toContain('canary');
  });

  test('headers that do not arrive: 408', async () => {
    withLimits({ headersTimeoutMs: 50 });
    const { address } = await mount('a', ['/'], say('fine'));
    expect(await raw(address, 'GET / HTTP/1.1\r\nhost:')).toContain('HTTP/1.1 408');
  });

  const swallow: Handler = (request, response) => {
    request
      .on('data', () => {})
      .on('end', () => response.end('fine'))
      .on('error', () => {});
  };
  const post = (length: number, body: string) =>
    `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n${body}`;

  test('a body that does not arrive in time: 408', async () => {
    withLimits({ headersTimeoutMs: 50, requestTimeoutMs: 100 });
    const { address } = await mount('a', ['/'], swallow);
    expect(await raw(address, post(9, 'a'))).toMatch(/^HTTP\/1.1 408 [^]*HTTP_TIMEOUT/);
  });

  test('a body that trickles: 408', async () => {
    withLimits({ slowAfterMs: 60 });
    const { address } = await mount('a', ['/'], swallow);
    expect(await raw(address, post(9000, 'a'))).toMatch(/^HTTP\/1.1 408 [^]*HTTP_TOO_SLOW/);
  });

  test('an answer that takes long is no slow sender', async () => {
    withLimits({ slowAfterMs: 1 });
    const { address } = await mount('a', ['/'], (request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end('fine'), 100));
    });
    const answer = await fetch(`http://${address}/`, { method: 'POST', body: 'x' });
    expect(await answer.text()).toBe('fine');
  });

  const refuseUnread: Handler = (_request, response) => void response.writeHead(413).end();

  test('a body that is refused unread: the sender sees the answer, and may go on with the next request', async () => {
    const { address } = await mount('a', ['/'], refuseUnread);
    const one = post(50_000, 'x'.repeat(50_000));
    const answer = await raw(address, one + one.replace('host: a', 'host: a\r\nconnection: close'));
    expect(answer.match(/HTTP\/1.1 413/g)).toHaveLength(2);
  });

  test.each([
    ['bytes', { maxDrainBytes: 100_000, maxDrainMs: 1e9 }],
    ['time', { maxDrainBytes: 1e15, maxDrainMs: 50 }],
  ])('a body that is refused unread and never ends is cut by %s', async (_name, limits) => {
    withLimits(limits);
    const { address } = await mount('a', ['/'], refuseUnread);
    const socket = await open(address);
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.write(post(1e15, 'x'));
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toContain('413');
    const more = () => socket.write('x'.repeat(60_000), () => socket.destroyed || setImmediate(more));
    more();
    await ended;
  });

  test('connections beyond the limit are dropped', async () => {
    withLimits({ maxConnections: 1 });
    const { address } = await mount('a', ['/'], say('fine'));
    const first = await open(address);
    const second = await open(address);
    await once(second, 'close');
    expect(first.destroyed).toBe(false);
  });
});

describe('close', () => {
  /** A handler that answers when told, and a promise for its first request. */
  const held = () => {
    const { promise: begun, resolve } = Promise.withResolvers<ServerResponse>();
    const handler: Handler = (_request: IncomingMessage, response) => resolve(response);
    return { begun, handler };
  };

  test('finishes what runs, ends its connection, takes nothing new, cuts what is idle', async () => {
    const { begun, handler } = held();
    const { address } = await mount('a', ['/'], handler);
    const idle = await open(address);
    const answer = fetch(`http://${address}/`);
    const response = await begun;
    const closed = host.close(NEVER);
    await once(idle, 'close');
    await expect(fetch(`http://${address}/`)).rejects.toThrow();
    response.end('done');
    const { headers } = await answer;
    expect(headers.get('connection')).toBe('close');
    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  test('cuts what is left at the signal', async () => {
    const { begun, handler } = held();
    const { address } = await mount('a', ['/'], handler);
    const answer = fetch(`http://${address}/`).catch(() => 'cut');
    await begun;
    const deadline = new AbortController();
    const closed = host.close(deadline.signal);
    deadline.abort();
    await closed;
    expect(await answer).toBe('cut');
  });

  test('without a listener, and twice', async () => {
    await host.close(NEVER);
    await mount('a', ['/'], say('a'));
    await host.close(NEVER);
    await host.close(NEVER);
  });
});
