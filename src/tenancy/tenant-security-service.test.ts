import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isRefusal, type Scope } from '../sdk/index.ts';
import type * as nodeCrypto from 'node:crypto';
import { createApiKey } from './api-key.ts';
import { TenantSecurityService } from './tenant-security-service.ts';

const spy = vi.hoisted(() => ({ comparisons: 0 }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof nodeCrypto>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (a, b) => {
    spy.comparisons++;
    return crypto.timingSafeEqual(a, b);
  };
  return { ...crypto, timingSafeEqual };
});
afterEach(() => void (spy.comparisons = 0));

const acme = createApiKey(randomBytes);
const beta = createApiKey(randomBytes);
const tenant = (id: string, key: { prefix: string; sha256: string }, ...scopes: Scope[]) => ({
  id,
  apiKeys: [{ prefix: key.prefix, sha256: key.sha256, scopes }],
});
const service = new TenantSecurityService({
  tenants: [tenant('acme', acme, 'ingest'), tenant('beta', beta, 'read', 'admin')],
  openToAll: false,
});
const from = (bearer?: string, remoteAddress = '127.0.0.1') =>
  bearer === undefined ? { remoteAddress } : { bearer, remoteAddress };

describe('with tenants', () => {
  test('a key is its tenant, with its scopes, named by its prefix only', async () => {
    expect(await service.authenticate(from(acme.key), 'ingest')).toEqual({
      tenant: 'acme',
      scopes: new Set(['ingest']),
      name: acme.prefix,
    });
    expect(await service.authenticate(from(beta.key), 'admin')).toMatchObject({ tenant: 'beta' });
  });

  test('no key is 401, even from loopback', async () => {
    expect(await service.authenticate(from(), 'ingest')).toMatchObject({ status: 401, code: 'AUTH_MISSING' });
  });

  test('a key without the scope is 403', async () => {
    expect(await service.authenticate(from(acme.key), 'read')).toMatchObject({ status: 403, code: 'AUTH_SCOPE' });
  });

  const near = `${acme.prefix}${createApiKey(randomBytes).key.slice(12)}`;
  test.each([
    ['the prefix alone', acme.prefix],
    ['the hash', acme.sha256],
    ['the right prefix and another rest', near],
    ['one character more', `${acme.key}A`],
    ['one character less', acme.key.slice(0, -1)],
    ['other case', acme.key.toUpperCase()],
    ['empty', ''],
    ['very long', 'blk_'.repeat(10_000)],
    ['NUL', `${acme.key}\0`],
  ])('%s is 401, and costs one comparison in constant time', async (_what, token) => {
    const refusal = await service.authenticate(from(token), 'ingest');
    expect(refusal).toMatchObject({ status: 401, code: 'AUTH_INVALID' });
    expect(spy.comparisons).toBe(1);
    if (token.length > 8) expect(JSON.stringify(refusal)).not.toContain(token);
  });

  test('no random token opens anything', async () => {
    const tokens = fc.oneof(
      fc.string(),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `blk_${Buffer.from(bytes).toString('base64url')}`),
      fc
        .uint8Array({ minLength: 27, maxLength: 27 })
        .map((b) => `${acme.prefix}${Buffer.from(b).toString('base64url')}`),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        spy.comparisons = 0;
        expect(isRefusal(await service.authenticate(from(token), 'ingest'))).toBe(true);
        expect(spy.comparisons).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });

  test('two keys that share a prefix both work', async () => {
    const twin = { key: `${acme.prefix}${'A'.repeat(35)}`, prefix: acme.prefix };
    const sha256 = createHash('sha256').update(twin.key).digest('hex');
    const both = new TenantSecurityService({
      tenants: [tenant('acme', acme, 'ingest'), tenant('twin', { prefix: twin.prefix, sha256 }, 'ingest')],
      openToAll: false,
    });
    expect(await both.authenticate(from(acme.key), 'ingest')).toMatchObject({ tenant: 'acme' });
    expect(await both.authenticate(from(twin.key), 'ingest')).toMatchObject({ tenant: 'twin' });
  });

  test('a service that holds keys shows none of them', () => {
    expect(JSON.stringify(service)).not.toContain(acme.sha256);
    expect(createApiKey(randomBytes).key).toMatch(/^blk_[\w-]{43}$/);
  });
});

describe('without tenants', () => {
  const local = new TenantSecurityService({ tenants: [], openToAll: false });
  const open = new TenantSecurityService({ tenants: [], openToAll: true });
  const answer = async (it: TenantSecurityService, remoteAddress?: string): Promise<string | number> => {
    const found = await it.authenticate(remoteAddress === undefined ? {} : { remoteAddress }, 'ingest');
    return isRefusal(found) ? found.status : found.tenant;
  };

  test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::ffff:127.1.2.3', '::1%lo'])(
    '%s is the tenant default with all scopes',
    async (address) => {
      expect(await answer(local, address)).toBe('default');
      expect(await local.authenticate({ remoteAddress: address }, 'admin')).toMatchObject({ name: 'loopback' });
    },
  );

  test.each([
    '10.0.0.1',
    '128.0.0.1',
    '::',
    '::2',
    'fe80::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    'localhost',
    '',
    undefined,
  ])('%s is 401, unless the listener is open to all', async (address) => {
    expect(await answer(local, address)).toBe(401);
    expect(await answer(open, address)).toBe('default');
  });
});
