// The tenants file while the collector runs: followed, and left alone where it is wrong.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckedConfig } from '../config/checked-config.ts';
import { parseTenantsFile, takenBy } from '../config/tenants-file.ts';
import { isRefusal } from '../sdk/index.ts';
import { createApiKey } from '../tenancy/api-key.ts';
import type { AuthenticationFailure } from '../tenancy/failure.ts';
import { capturingLog, type CapturingLog } from '../testkit/index.ts';
import { createSystemClock } from './clock.ts';
import { openTenancy, type Tenancy } from './open-tenancy.ts';

const [first, second] = [createApiKey(randomBytes), createApiKey(randomBytes)];
const inlineKey = createApiKey(randomBytes);
const tenantWith = (id: string, { prefix, sha256 }: typeof first, more = ''): string =>
  `  - id: ${id}\n    api_keys:\n      - { prefix: ${prefix}, sha256: ${sha256}${more} }\n`;
const INLINE = [{ id: 'inline', apiKeys: [{ ...inlineKey, scopes: ['ingest' as const] }] }];

let folder = '';
let path = '';
let log: CapturingLog;
let tenancy: Tenancy;
let failures: AuthenticationFailure[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenancy-'));
  path = join(folder, 'tenants.yaml');
  log = capturingLog();
  failures = [];
});
afterEach(async () => {
  await tenancy.close();
  rmSync(folder, { recursive: true });
});

const open = (text: string, reportFailures = false): void => {
  const found = parseTenantsFile({ name: './tenants.yaml', text, taken: takenBy(INLINE), nowMs: 0 });
  if ('issues' in found) throw new Error('the file of the test is wrong');
  const config = {
    tenants: [...INLINE, ...found],
    tenancy: { inline: INLINE, file: { path, name: './tenants.yaml', text }, jwt: [], reportFailures },
    receivers: [],
    extensions: [],
  } as unknown as CheckedConfig;
  tenancy = openTenancy({ config, clock: createSystemClock(), log, onFailure: (one) => void failures.push(one) });
};
const write = (text: string): void => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const who = async (key: string): Promise<string> => {
  const found = await tenancy.service.authenticate({ bearer: key }, 'ingest');
  return isRefusal(found) ? found.code : found.tenant;
};

test('a new file is in force when it is there, and a wrong one changes nothing', async () => {
  const start = `tenants:\n${tenantWith('acme', first)}`;
  write(start);
  open(start);
  expect([await who(first.key), await who(second.key)]).toEqual(['acme', 'AUTH_INVALID']);
  write(`tenants:\n${tenantWith('globex', second)}`);
  await vi.waitFor(async () => expect(await who(second.key)).toBe('globex'), 5000);
  expect([await who(first.key), await who(inlineKey.key)]).toEqual(['AUTH_INVALID', 'inline']);
  expect([tenancy.service.knows('globex'), tenancy.service.knows('acme')]).toEqual([true, false]);

  write(`tenants:\n${tenantWith('inline', first)}  - id: [oops\n`);
  await vi.waitFor(() => expect(log.lines.at(-1)).toContain('stays in force'), 5000);
  expect(log.lines.at(-1)).toMatch(/^error .*\.\/tenants\.yaml:\d+:\d+: .*\[CONFIG_SYNTAX\]/);
  expect(await who(second.key)).toBe('globex');
  write(`tenants:\n${tenantWith('inline', first)}`);
  await vi.waitFor(() => expect(log.lines.at(-1)).toContain('CONFIG_TENANT_REPEATED'), 5000);
  expect(await who(second.key)).toBe('globex');

  write(`tenants:\n${tenantWith('globex', second, ', revoked: 2026-01-01T00:00:00Z')}`);
  await vi.waitFor(async () => expect(await who(second.key)).toBe('AUTH_INVALID'), 5000);
  expect(log.lines.join()).not.toContain(first.sha256);
});

test('what was changed before it was watched is seen, and a file behind a link that is moved on too', async () => {
  writeFileSync(join(folder, 'v2'), `tenants:\n${tenantWith('acme', second)}`);
  writeFileSync(join(folder, 'v3'), `tenants:\n${tenantWith('acme', first)}`);
  symlinkSync('v2', path);
  open(`tenants:\n${tenantWith('acme', first)}`);
  await vi.waitFor(async () => expect(await who(second.key)).toBe('acme'), 5000);
  symlinkSync('v3', `${path}.next`);
  renameSync(`${path}.next`, path);
  await vi.waitFor(async () => expect(await who(first.key)).toBe('acme'), 5000);
});

test('with an empty file nobody is served, not even this machine', async () => {
  writeFileSync(path, 'tenants: []\n');
  open('tenants: []\n');
  const found = await tenancy.service.authenticate({ remoteAddress: '127.0.0.1' }, 'ingest');
  expect(found).toMatchObject({ status: 401 });
});

test.each([true, false])('failures are told where it is wanted: %s', async (wanted) => {
  const expired = createApiKey(randomBytes);
  const text = `tenants:\n${tenantWith('acme', first)}${tenantWith('late', expired, ', expires: 2026-01-01T00:00:00Z')}`;
  writeFileSync(path, text);
  open(text, wanted);
  expect(await who(`${first.prefix}${second.key.slice(12)}`)).toBe('AUTH_INVALID');
  expect(await who(expired.key)).toBe('AUTH_EXPIRED');
  expect(await who(second.key)).toBe('AUTH_INVALID');
  await tenancy.service.authenticate({ bearer: first.key }, 'admin');
  expect(failures).toEqual(
    wanted
      ? [
          { type: 'authentication_failure', tenant: 'acme', principal: first.prefix },
          { type: 'expired_session', tenant: 'late', principal: expired.prefix },
          { type: 'insufficient_permission', tenant: 'acme', principal: first.prefix },
        ]
      : [],
  );
});
