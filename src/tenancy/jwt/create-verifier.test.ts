// Real tokens, made by jose, against a real server of keys.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWK } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JwtIssuerConfig } from '../../config/checked-config.ts';
import { isRefusal } from '../../sdk/index.ts';
import { capturingLog, fakeClock, type FakeClock } from '../../testkit/index.ts';
import { TenantSecurityService } from '../tenant-security-service.ts';
import { createVerifier } from './create-verifier.ts';
import { fetchJwks } from './fetch-jwks.ts';
import { COOL_DOWN_MS, createIssuerKeys, MAX_STALE_MS } from './issuer-keys.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'PS256'];
const pairs = new Map<string, Pair>();
let keys: JWK[] = [];
const jwkOf = async (kid: string, { publicKey }: Pair): Promise<JWK> => ({ ...(await exportJWK(publicKey)), kid });

beforeAll(async () => {
  for (const alg of ALGORITHMS) pairs.set(alg, await generateKeyPair(alg, { extractable: true }));
  pairs.set('next', await generateKeyPair('ES256', { extractable: true }));
});

let server: Server;
let url = '';
let requests = 0;
let answer: { status: number; location?: string } = { status: 200 };
let clock: FakeClock;
let service: TenantSecurityService;
const log = capturingLog();
const CONFIG: JwtIssuerConfig = {
  issuer: 'https://issuer.example',
  audience: ['betalogs', 'other'],
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  tenantClaim: 'tenant',
  scopesClaim: 'scope',
  clockSkewMs: 30_000,
  refreshMs: 600_000,
  allowPrivate: true,
};

const serviceWith = (config: Partial<JwtIssuerConfig> = {}, readFrom = () => url): TenantSecurityService => {
  const own = { ...CONFIG, ...config };
  const read = () => fetchJwks({ url: readFrom(), allowPrivate: own.allowPrivate });
  const issuerKeys = createIssuerKeys({ issuer: own.issuer, refreshMs: own.refreshMs, read, clock, log });
  return new TenantSecurityService({
    tenants: ['acme', 'globex'].map((id) => ({ id, apiKeys: [] })),
    openToAll: false,
    tokens: createVerifier({ issuers: [{ config: own, keys: issuerKeys }], clock }),
  });
};

beforeEach(async () => {
  keys = await Promise.all(ALGORITHMS.map((alg) => jwkOf(alg, pairs.get(alg)!)));
  requests = 0;
  answer = { status: 200 };
  server = createServer((_, response) => {
    requests++;
    const { status, location } = answer;
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  clock = fakeClock();
  service = serviceWith();
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Made {
  readonly alg?: string;
  readonly key?: string;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  /** Seconds from now. */
  readonly exp?: number | null;
  readonly nbf?: number;
}
const make = ({ alg = 'ES256', key = alg, header = {}, claims = {}, exp = 600, nbf }: Made = {}): Promise<string> => {
  const now = clock.now().seconds;
  const all = { iss: CONFIG.issuer, aud: 'betalogs', sub: 'svc', tenant: 'acme', scope: 'ingest read x', ...claims };
  const token = new SignJWT({
    ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    ...(exp !== null && { exp: now + exp }),
    ...(nbf !== undefined && { nbf: now + nbf }),
  });
  return token.setProtectedHeader({ alg, kid: key, ...header }).sign(pairs.get(key)!.privateKey);
};
const answerTo = async (token: string, it = service, scope: 'ingest' | 'admin' = 'ingest'): Promise<string> => {
  const who = await it.authenticate({ bearer: token }, scope);
  return isRefusal(who) ? `${who.status} ${who.code}` : `${who.tenant} ${who.name} ${[...who.scopes].join()}`;
};
const GOOD = 'acme svc ingest,read';
const BAD = '401 AUTH_INVALID';

describe('a token', () => {
  test.each<[string, Made, string]>([
    ['signed with RS256', { alg: 'RS256' }, GOOD],
    ['signed with ES256', {}, GOOD],
    ['signed with EdDSA', { alg: 'EdDSA' }, GOOD],
    ['signed with an algorithm that is not allowed', { alg: 'PS256' }, BAD],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }, BAD],
    ['without an issuer', { claims: { iss: undefined } }, BAD],
    ['for another audience', { claims: { aud: 'payments' } }, BAD],
    ['for several audiences', { claims: { aud: ['payments', 'other'] } }, GOOD],
    ['without an audience', { claims: { aud: undefined } }, BAD],
    ['without an end', { exp: null }, BAD],
    ['that has expired', { exp: -31 }, '401 AUTH_EXPIRED'],
    ['that has expired within the skew', { exp: -29 }, GOOD],
    ['that is for later', { nbf: 31 }, BAD],
    ['that is for later within the skew', { nbf: 29 }, GOOD],
    ['without a tenant', { claims: { tenant: undefined } }, BAD],
    ['of a tenant that is none', { claims: { tenant: 'umbrella' } }, BAD],
    ['with a list as its tenant', { claims: { tenant: ['acme'] } }, BAD],
    ['with its scopes as a list', { claims: { scope: ['read', 'ingest'] } }, GOOD],
    ['without the scope', { claims: { scope: 'read' } }, '403 AUTH_SCOPE'],
    ['without any scope', { claims: { scope: undefined } }, '403 AUTH_SCOPE'],
    ['without a subject', { claims: { sub: undefined } }, 'acme https://issuer.example ingest,read'],
    ['with an unknown critical header', { header: { crit: ['x'], x: 1 } }, BAD],
  ])('%s', async (_, made, expected) => {
    const token = await make(made).catch(
      () => `${forged({ alg: 'ES256', crit: ['x'], x: 1 }, { iss: CONFIG.issuer })}.AA`,
    );
    expect(await answerTo(token)).toBe(expected);
  });

  test('with a very long subject has a name that an event can hold', async () => {
    const who = await service.authenticate({ bearer: await make({ claims: { sub: 'ü€𝄞'.repeat(500) } }) }, 'ingest');
    expect(isRefusal(who) ? who : Buffer.byteLength(who.name)).toBeLessThanOrEqual(256);
  });

  test('is good for the tenants of its issuer only', async () => {
    const narrow = serviceWith({ tenants: ['globex'] });
    expect(await answerTo(await make(), narrow)).toBe(BAD);
    expect(await answerTo(await make({ claims: { tenant: 'globex' } }), narrow)).toBe('globex svc ingest,read');
  });

  test('is refused when its tenant is gone, also if it was good before', async () => {
    const token = await make();
    expect(await answerTo(token)).toBe(GOOD);
    service.replace([{ id: 'globex', apiKeys: [] }]);
    expect(await answerTo(token)).toBe(BAD);
  });
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const forged = (header: unknown, claims: unknown): string => `${encode(header)}.${encode(claims)}`;
const claimsOf = () => ({
  ...{ iss: CONFIG.issuer, aud: 'betalogs', sub: 'svc', tenant: 'acme', scope: 'ingest' },
  exp: clock.now().seconds + 600,
});

describe('a forged token', () => {
  test('alg none, in every spelling, is refused', async () => {
    const unsecured = new UnsecuredJWT(claimsOf()).encode();
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await answerTo(`${forged({ alg }, claimsOf())}.`)).toBe(BAD);
    }
    expect(await answerTo(unsecured)).toBe(BAD);
  });

  test.each(['HS256', 'HS384', 'HS512'])('%s with the public key as its secret is refused', async (alg) => {
    const pair = pairs.get('RS256')!;
    const secrets = [await exportSPKI(pair.publicKey), JSON.stringify(keys[0]), String(keys[0]!.n)];
    for (const secret of secrets) {
      for (const kid of ['RS256', undefined]) {
        const body = forged({ alg, kid }, claimsOf());
        const mac = createHmac(alg.replace('HS', 'sha'), secret).update(body).digest('base64url');
        expect(await answerTo(`${body}.${mac}`)).toBe(BAD);
      }
    }
  });

  test('a symmetric key among the issuer’s opens nothing either', async () => {
    keys.push({ kty: 'oct', k: Buffer.from('x'.repeat(32)).toString('base64url'), kid: 'oct', alg: 'HS256' });
    const body = forged({ alg: 'HS256', kid: 'oct' }, claimsOf());
    const mac = createHmac('sha256', 'x'.repeat(32)).update(body).digest('base64url');
    expect(await answerTo(`${body}.${mac}`)).toBe(BAD);
  });

  test('the keys that a header brings or names are not used, nor asked for', async () => {
    const own = await generateKeyPair('ES256', { extractable: true });
    const jwk = await jwkOf('ES256', own);
    const before = requests;
    for (const header of [{ jwk }, { jku: `${url}/mine`, kid: 'mine' }, { x5u: `${url}/x5u` }, { x5c: ['AAAA'] }]) {
      const token = await new SignJWT(claimsOf())
        .setProtectedHeader({ alg: 'ES256', kid: 'ES256', ...header })
        .sign(own.privateKey);
      expect(await answerTo(token)).toBe(BAD);
    }
    expect(requests - before).toBeLessThanOrEqual(1);
  });

  test.each([
    [
      'one bit of the signature',
      (token: string) => `${token.slice(0, -6)}${token.at(-6) === 'A' ? 'B' : 'A'}${token.slice(-5)}`,
    ],
    ['the claims', (token: string) => token.replace(/\.[^.]+\./, `.${encode({ ...claimsOf(), tenant: 'globex' })}.`)],
    ['no signature', (token: string) => token.replace(/[^.]+$/, '')],
    ['much more', (token: string) => `${token}${'A'.repeat(20_000)}`],
  ])('with %s changed is refused', async (_, change) => {
    expect(await answerTo(change(await make()))).toBe(BAD);
  });
});

describe('the issuer’s keys', () => {
  test('are asked for once, and a good token is judged once until it expires', async () => {
    const token = await make({ exp: 60 });
    for (let i = 0; i < 50; i++) expect(await answerTo(token)).toBe(GOOD);
    expect(requests).toBe(1);
    clock.advance(91_000);
    expect(await answerTo(token)).toBe('401 AUTH_EXPIRED');
  });

  test('are asked for again for a key that is unknown, but not for every such token', async () => {
    expect(await answerTo(await make())).toBe(GOOD);
    keys = [await jwkOf('next', pairs.get('next')!)];
    const token = await make({ alg: 'ES256', key: 'next' });
    expect(await answerTo(token)).toBe(BAD);
    clock.advance(COOL_DOWN_MS);
    expect(await answerTo(token)).toBe(GOOD);
    for (let i = 0; i < 20; i++) expect(await answerTo(await make({ header: { kid: `guess-${i}` } }))).toBe(BAD);
    expect(requests).toBe(2);
  });

  test('that are taken away open nothing any more, also for a token that was good before', async () => {
    const token = await make({ exp: 36_000 });
    expect(await answerTo(token)).toBe(GOOD);
    keys = [await jwkOf('next', pairs.get('next')!)];
    clock.advance(CONFIG.refreshMs + 1);
    await answerTo(token);
    await expect.poll(() => answerTo(token)).toBe(BAD);
  });

  test('the last good ones are used for 60 minutes while there are no newer ones, then it is closed', async () => {
    const token = await make({ exp: 36_000 });
    expect(await answerTo(token)).toBe(GOOD);
    server.closeAllConnections();
    server.close();
    clock.advance(MAX_STALE_MS);
    expect(await answerTo(token)).toBe(GOOD);
    expect(await answerTo(await make({ exp: 36_000, claims: { sub: 'other' } }))).toBe('acme other ingest,read');
    await expect.poll(() => log.lines.join()).toContain('ECONNREFUSED');
    clock.advance(COOL_DOWN_MS);
    expect(await answerTo(token)).toBe('503 AUTH_UNAVAILABLE');
  });

  test.each([
    ['an error', { status: 500 }],
    ['a redirect', { status: 302, location: 'http://127.0.0.1:1/' }],
  ])('%s is no answer', async (_, given) => {
    answer = given;
    expect(await answerTo(await make())).toBe('503 AUTH_UNAVAILABLE');
    expect(log.lines.at(-1)).toContain(`status ${given.status}`);
  });

  test('at a private address are not asked for, unless that is allowed', async () => {
    expect(await answerTo(await make(), serviceWith({ allowPrivate: false }))).toBe('503 AUTH_UNAVAILABLE');
    const named = () => url.replace('127.0.0.1', 'localhost');
    expect(await answerTo(await make(), serviceWith({ allowPrivate: false }, named))).toBe('503 AUTH_UNAVAILABLE');
    expect(requests).toBe(0);
    expect(log.lines.at(-1)).toContain('allow_private');
  });
});
