import { expect, test } from 'vitest';
import { BASE, issueLines, load } from './load.ts';

const HEX = (digit: string): string => digit.repeat(64);
const key = (prefix: string, digit: string, more = ''): string =>
  `{ prefix: blk_${prefix.repeat(8)}, sha256: ${HEX(digit)}${more} }`;
const files = (section: string, file: string | undefined, more = '') => ({
  'base.yaml': BASE,
  'app.yaml': `${section}\n${more}`,
  ...(file !== undefined && { 'people.txt': file }),
});
const JWT = '{ issuer: "https://i.example", audience: betalogs, jwks_url: "https://i.example/jwks"';

test('the list, the file and the issuers become one section', async () => {
  const loaded = await load({
    files: files(
      `tenants: { list: [{ id: acme, api_keys: [${key('a', 'a')}] }], file: people.txt, jwt: [${JWT} }] }`,
      `tenants:\n  - { id: globex, mtls: [{ san: "DNS:g.example" }], api_keys: [${key('b', 'b', ', expires: 2036-01-01T00:00:00Z')}] }\n`,
    ),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const { tenants, tenancy } = loaded.config;
  expect(tenants).toEqual([
    { id: 'acme', apiKeys: [{ prefix: 'blk_aaaaaaaa', sha256: HEX('a'), scopes: ['ingest'] }] },
    {
      id: 'globex',
      apiKeys: [{ prefix: 'blk_bbbbbbbb', sha256: HEX('b'), scopes: ['ingest'], expiresMs: Date.UTC(2036, 0, 1) }],
      mtls: [{ san: 'DNS:g.example', scopes: ['ingest'] }],
    },
  ]);
  expect(tenancy).toMatchObject({
    inline: [{ id: 'acme' }],
    file: { path: '/nowhere/people.txt', name: 'people.txt' },
    reportFailures: false,
  });
  expect(tenancy.jwt).toEqual([
    {
      issuer: 'https://i.example',
      audience: ['betalogs'],
      jwksUrl: 'https://i.example/jwks',
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      tenantClaim: 'tenant',
      scopesClaim: 'scope',
      clockSkewMs: 30_000,
      refreshMs: 600_000,
      allowPrivate: false,
    },
  ]);
});

test.each<[string, string, string | undefined, string[]]>([
  [
    'a file that is not there',
    'tenants: { file: people.txt }',
    undefined,
    ['app.yaml:1:18: tenants.file: this file cannot be read [CONFIG_FILE_MISSING]'],
  ],
  [
    'a mistake in the file, at its own place',
    'tenants: { file: people.txt }',
    'tenants:\n  - id: acme\n    api_kys: []\n',
    [
      'people.txt:3:5: tenants.0.api_kys: unknown key "api_kys"; did you mean "api_keys"? [CONFIG_UNKNOWN_KEY]',
      'people.txt:3:14: tenants.0.api_kys: expected at least 1 item [CONFIG_VALUE]',
    ],
  ],
  [
    'what the configuration has already',
    `tenants: { list: [{ id: acme, api_keys: [${key('a', 'a')}] }], file: people.txt }`,
    `tenants:\n  - id: acme\n  - id: b\n    api_keys: [${key('a', 'a')}]\n`,
    [
      'people.txt:2:9: tenants.0.id: tenant "acme" is already there [CONFIG_TENANT_REPEATED]',
      'people.txt:4:48: tenants.1.api_keys.0.sha256: this key already opens tenant "acme" [CONFIG_API_KEY_REPEATED]',
    ],
  ],
  [
    'three active keys; those that are revoked do not count',
    `tenants:\n  - id: acme\n    api_keys:\n      [${key('a', 'a')}, ${key('b', 'b', ', revoked: 2026-01-01T00:00:00Z')}, ${key('c', 'c')}]\n  - id: globex\n    api_keys:\n      [${key('d', 'd')}, ${key('e', 'e')}, ${key('f', 'f')}]`,
    undefined,
    [
      'app.yaml:7:7: tenants.1.api_keys: tenant "globex" has more than 2 active keys: give one of them `revoked` or `expires` [CONFIG_API_KEYS_ACTIVE]',
    ],
  ],
  [
    'a name of two tenants, and names and times that are none',
    'tenants:\n  - { id: a, mtls: [{ san: "DNS:x" }] }\n  - { id: b, mtls: [{ san: "DNS:x" }] }\n',
    undefined,
    ['app.yaml:3:28: tenants.1.mtls.0.san: this name already opens tenant "a" [CONFIG_MTLS_REPEATED]'],
  ],
  [
    'a name and a time that are none',
    `tenants:\n  - { id: a, mtls: [{ san: x.example }] }\n  - { id: b, api_keys: [${key('a', 'a', ', expires: soon')}] }\n`,
    undefined,
    [
      'app.yaml:2:28: tenants.0.mtls.0.san: expected a name as certificates have it: DNS:…, URI:… or email:… [CONFIG_VALUE]',
      'app.yaml:3:132: tenants.1.api_keys.0.expires: expected a time, e.g. 2027-01-31T00:00:00Z [CONFIG_VALUE]',
    ],
  ],
])('%s', async (_, section, file, lines) => {
  expect(await issueLines({ files: files(section, file) })).toEqual(lines);
});

test.each([
  ['keys over http', 'jwks_url: "http://i.example/jwks"', 'jwks_url: expected an https URL; http only on this machine'],
  [
    'http elsewhere, allowed or not',
    'jwks_url: "http://10.0.0.1/jwks", allow_insecure: true',
    'jwks_url: expected an https URL',
  ],
  ['a password in the URL', 'jwks_url: "https://u:p@i.example/"', 'jwks_url: expected a URL without a user'],
  ['another protocol', 'jwks_url: "file:///etc/passwd"', 'jwks_url: expected an https URL'],
  ['what is no URL', 'jwks_url: "i.example/keys"', 'jwks_url: expected an https URL'],
  ['no keys', '', 'expected either jwks_url or jwks_file'],
  ['two sources of keys', 'jwks_url: "https://i.example/", jwks_file: k.json', 'expected either jwks_url or jwks_file'],
  ['a symmetric algorithm', 'jwks_file: k.json, algorithms: [HS256]', 'algorithms.0: expected one of: RS256'],
  ['none', 'jwks_file: k.json, algorithms: [none]', 'algorithms.0: expected one of: RS256'],
  ['a skew of an hour', 'jwks_file: k.json, clock_skew: 1h', 'clock_skew: expected at most 5m'],
])('an issuer with %s is refused', async (_, more, words) => {
  const section = `tenants: { jwt: [{ issuer: i, audience: a${more === '' ? '' : `, ${more}`} }] }`;
  const lines = await issueLines({ files: files(section, undefined) });
  expect(lines).toEqual([expect.any(String)]);
  expect(lines[0]).toContain(`tenants.jwt.0${words.startsWith('expected') ? ': ' : '.'}${words}`);
});

test('a listener beyond this machine has tenants where there are a file or issuers', async () => {
  const open = `receivers: { http: { endpoint: "0.0.0.0:1", tls: { cert_file: c, key_file: k } } }`;
  for (const section of ['tenants: { file: people.txt }', `tenants: { jwt: [${JWT} }] }`]) {
    expect(await issueLines({ files: files(section, 'tenants: []\n', open) })).toEqual([]);
  }
  expect(await issueLines({ files: files('tenants: { list: [] }', undefined, open) })).toHaveLength(1);
});

test('a client certificate can only be required where it can be judged', async () => {
  const tls = 'tls: { cert_file: c, key_file: k, require_client_cert: true }';
  const [line] = await issueLines({ over: `receivers: { http: { endpoint: "127.0.0.1:1", ${tls} } }` });
  expect(line).toContain('tls.require_client_cert: expected client_ca_file beside it [CONFIG_VALUE]');
});
