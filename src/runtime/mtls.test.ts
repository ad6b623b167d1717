// Client certificates to tenants, over real TLS: what is signed by whom, and what is replaced while it runs.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { credentialOf, isRefusal, type HttpMount } from '../sdk/index.ts';
import { TenantSecurityService } from '../tenancy/tenant-security-service.ts';
import { capturingLog, type CapturingLog } from '../testkit/index.ts';
import { createHttpHost, type HttpHost } from './http-host.ts';

let folder = '';
const path = (name: string): string => join(folder, name);
const read = (name: string): Buffer => readFileSync(path(name));
const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const makeCa = (name: string): Buffer =>
  openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
  );
const makeCert = (name: string, ca: string, san: string): void => {
  writeFileSync(path(`${name}.ext`), `subjectAltName=${san}\n`);
  openssl('req', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  const signed = [
    '-CA',
    `${ca}.pem`,
    '-CAkey',
    `${ca}.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    `${name}.ext`,
  ];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtls-'));
  makeCa('ca');
  makeCa('other-ca');
  makeCert('server', 'ca', 'DNS:localhost');
  makeCert('server-2', 'ca', 'DNS:localhost');
  makeCert('uri', 'ca', 'DNS:host.example,URI:spiffe://example/acme/checkout');
  makeCert('email', 'ca', 'email:ops@globex.example');
  makeCert('nobody', 'ca', 'DNS:nobody.example');
  makeCert('both', 'ca', 'DNS:dns.acme,email:ops@globex.example');
  makeCert('foreign', 'other-ca', 'URI:spiffe://example/acme/checkout');
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

let log: CapturingLog;
let host: HttpHost;
beforeEach(() => {
  log = capturingLog();
  host = createHttpHost({ log });
  for (const end of ['pem', 'key']) copyFileSync(path(`server.${end}`), path(`live.${end}`));
});
afterEach(() => host.close(AbortSignal.abort()));

const service = new TenantSecurityService({
  tenants: [
    {
      id: 'acme',
      apiKeys: [],
      mtls: [
        { san: 'URI:spiffe://example/acme/checkout', scopes: ['ingest'] },
        { san: 'DNS:dns.acme', scopes: ['ingest'] },
      ],
    },
    { id: 'globex', apiKeys: [], mtls: [{ san: 'email:ops@globex.example', scopes: ['ingest', 'read'] }] },
  ],
  openToAll: false,
});

const answerWho: (...exchange: Parameters<HttpMount['handler']>) => Promise<void> = async (asked, response) => {
  const who = await service.authenticate(credentialOf(asked), 'ingest');
  response.end(isRefusal(who) ? who.code : `${who.tenant} ${who.name} ${[...who.scopes].join()}`);
};
const open = async (tls: { client_ca_file?: string; require_client_cert?: boolean }): Promise<string> => {
  const listener = {
    endpoint: '127.0.0.1:0',
    insecure: false,
    tls: { cert_file: path('live.pem'), key_file: path('live.key'), ...tls },
  };
  const { address } = await host.listen({
    name: 'a',
    listener,
    paths: ['/'],
    handler: (asked, response) => void answerWho(asked, response),
  });
  return address;
};
interface Answer {
  readonly said: string;
  /** The server's certificate. */
  readonly serial: string;
}
const ask = async (address: string, client?: string): Promise<Answer> => {
  const own = client === undefined ? {} : { cert: read(`${client}.pem`), key: read(`${client}.key`) };
  const sent = request(`https://${address}/`, { ca: read('ca.pem'), servername: 'localhost', agent: false, ...own });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { serial: (answer.socket as TLSSocket).getPeerCertificate().serialNumber, said: await text(answer) };
};

test.each([
  ['uri', 'acme URI:spiffe://example/acme/checkout ingest'],
  ['email', 'globex email:ops@globex.example ingest,read'],
  ['nobody', 'AUTH_INVALID'],
  ['both', 'AUTH_INVALID'],
  ['foreign', 'AUTH_MISSING'],
  [undefined, 'AUTH_MISSING'],
])('the certificate %s is %s', async (client, expected) => {
  const address = await open({ client_ca_file: path('ca.pem') });
  expect((await ask(address, client)).said).toBe(expected);
});

test('where one is required, who has none, or a foreign one, does not get in', async () => {
  const address = await open({ client_ca_file: path('ca.pem'), require_client_cert: true });
  expect((await ask(address, 'uri')).said).toContain('acme');
  await expect(ask(address)).rejects.toThrow();
  await expect(ask(address, 'foreign')).rejects.toThrow();
});

test('where none is asked for, one that is shown means nothing', async () => {
  expect((await ask(await open({}), 'uri')).said).toBe('AUTH_MISSING');
});

test('a new pair is taken over while it runs, half a one is not', async () => {
  const address = await open({ client_ca_file: path('ca.pem') });
  const { serial } = await ask(address);
  copyFileSync(path('server-2.pem'), path('live.pem'));
  await vi.waitFor(() => expect(log.lines.join()).toContain('those before stay in force'), 5000);
  expect((await ask(address)).serial).toBe(serial);
  copyFileSync(path('server-2.key'), path('live.key'));
  await vi.waitFor(() => expect(log.lines.join()).toContain('are in force'), 5000);
  expect((await ask(address)).serial).not.toBe(serial);
  expect((await ask(address, 'uri')).said).toContain('acme');
});
