// Tenants as their users meet them: a command makes a key, a running collector takes it, and who reaches for another's is told of.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const WITHIN = { timeout: 20_000, interval: 50 };

const YAML = `
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors: { validate: , normalize: , correlate: , redact: , tenant_filter: }
exporters: { sqlite: }
extensions: { query: { endpoint: '127.0.0.1:0' } }
tenants:
  file: ./tenants.yaml
  report_failures: true
  jwt: [{ issuer: 'https://i.example', audience: betalogs, jwks_file: ./jwks.json }]
service:
  extensions: [query]
  pipelines:
    events: { receivers: [http], processors: [validate, normalize, correlate, redact, tenant_filter], exporters: [sqlite] }
`;

let directory = '';
let collector: CollectorProcess;
let acme = '';
let globex = '';
let token = '';
const createKey = (tenant: string): string =>
  execFileSync(
    process.execPath,
    [MAIN, ...['tenant', 'key', 'create', '--tenant', tenant, '--file', 'tenants.yaml'], ...['--scope', 'ingest', '--scope', 'read', '--quiet']],
    { cwd: directory, encoding: 'utf8' },
  ).trim(); // prettier-ignore

beforeAll(async () => {
  directory = temporaryDirectory();
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  writeFileSync(
    join(directory, 'jwks.json'),
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }),
  );
  token = await new SignJWT({ tenant: 'acme', scope: 'ingest read' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer('https://i.example')
    .setAudience('betalogs')
    .setSubject('ci')
    .setExpirationTime('1h')
    .sign(privateKey);
  acme = createKey('acme');
  collector = await startCollectorProcess({ directory, yaml: YAML });
});
afterAll(async () => {
  await collector?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const send = async (key: string, event: Record<string, unknown> = {}): Promise<number> => {
  const body = JSON.stringify({ category: 'system', action: 'x.step', service: { name: 's' }, ...event });
  const answer = await fetch(`http://${collector.endpoints['http']}/v1/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  });
  await answer.arrayBuffer();
  return answer.status;
};
const ask = (path: string, key: string): Promise<Response> =>
  fetch(`http://${collector.endpoints['query']}${path}`, { headers: { authorization: `Bearer ${key}` } });
const eventsOf = async (key: string, parameters = ''): Promise<CanonicalEvent[]> =>
  ((await (await ask(`/v1/events?limit=1000${parameters}`, key)).json()) as { events: CanonicalEvent[] }).events;

test('a key and a token open their tenant, a key that is made later does too, and nothing else does', async () => {
  expect([await send(acme), await send(token), await send(`${acme.slice(0, -1)}_`), await send('')]).toEqual([
    202, 202, 401, 401,
  ]);
  globex = createKey('globex');
  await vi.waitFor(async () => expect(await send(globex)).toBe(202), WITHIN);
  await vi.waitFor(async () => expect(await eventsOf(acme, '&action=x.step')).toHaveLength(2), WITHIN);
  expect((await eventsOf(token)).length).toBeGreaterThan(0);
});

test('who names another tenant, in a body or a question, gets 403, and the attempt is an event of its own tenant', async () => {
  expect(await send(acme, { tenantId: 'globex', description: 'for the victim' })).toBe(403);
  expect((await ask('/v1/events?tenant=globex', acme)).status).toBe(403);
  await vi.waitFor(async () => {
    const told = await eventsOf(acme, '&action=unauthorized_access');
    const which = told.map(({ security, data }) => `${security?.violation?.type} ${String(data?.['component'])}`);
    expect(which.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'authentication_failure tenants',
      'cross_tenant_access http',
      'cross_tenant_access query',
    ]);
    const crossed = told.filter(({ security }) => security?.violation?.type === 'cross_tenant_access');
    for (const { tenantId, actor, security } of crossed) {
      expect([tenantId, actor?.id]).toEqual(['acme', acme.slice(0, 12)]);
      expect(security).toMatchObject({ violation: { severity: 'critical', blocked: true }, decision: 'deny' });
    }
    expect(JSON.stringify(told)).not.toContain('victim');
  }, WITHIN);
  expect(await eventsOf(globex, '&action=unauthorized_access')).toEqual([]);
});

test('another tenant’s event is not there', async () => {
  const [own] = await eventsOf(globex);
  expect((await ask(`/v1/events/${own!.eventId}`, globex)).status).toBe(200);
  expect((await ask(`/v1/events/${own!.eventId}`, acme)).status).toBe(404);
});
