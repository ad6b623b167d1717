import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { eventWith, KEYED, redactorWith, SHAPED } from './fixtures.ts';

const redact = redactorWith();

/** A function for each place that can hold a sender's text. */
const PLACES: Readonly<Record<string, (text: string) => Record<string, unknown>>> = {
  description: (text) => ({ description: text }),
  outcomeReason: (text) => ({ outcomeReason: text }),
  outcomeCode: (text) => ({ outcomeCode: text }),
  'actor.id': (text) => ({ actor: { id: text, type: 'user' } }),
  'actor.name': (text) => ({ actor: { id: 'u', type: 'user', name: text } }),
  'actor.email': (text) => ({ actor: { id: 'u', type: 'user', email: text } }),
  'actor.ip': (text) => ({ actor: { id: 'u', type: 'user', ip: text } }),
  'actor.roles': (text) => ({ actor: { id: 'u', type: 'user', roles: ['admin', text] } }),
  'actor.sessionId': (text) => ({ actor: { id: 'u', type: 'user', sessionId: text } }),
  'actor.onBehalfOf': (text) => ({ actor: { id: 'u', type: 'user', onBehalfOf: { id: text, type: 'user' } } }),
  'actor.userAgent': (text) => ({ actor: { id: 'u', type: 'user', userAgent: text } }),
  'object.id': (text) => ({ object: { type: 'order', id: text } }),
  'object.name': (text) => ({ object: { type: 'order', id: 'o', name: text } }),
  'object.url': (text) => ({ object: { type: 'order', id: 'o', url: text } }),
  objects: (text) => ({ objects: [{ type: 'order', id: 'o', name: text }] }),
  'changes.path': (text) => ({ changes: [{ path: text }] }),
  'changes.before': (text) => ({ changes: [{ path: '/note', before: text }] }),
  'changes.after': (text) => ({ changes: [{ path: '/note', after: { deep: [text] } }] }),
  'service.name': (text) => ({ service: { name: text } }),
  'service.instanceId': (text) => ({ service: { name: 's', instanceId: text } }),
  'request.id': (text) => ({ request: { id: text } }),
  'request.path': (text) => ({ request: { path: text } }),
  'error.message': (text) => ({ error: { class: 'internal', retriable: false, message: text } }),
  'error.stack': (text) => ({ error: { class: 'internal', retriable: false, stack: `Error: ${text}\n  at x.js:1:2` } }),
  'error.code': (text) => ({ error: { class: 'internal', retriable: false, code: text } }),
  'github.title': (text) => ({ github: { deliveryId: 'd', event: 'x', pullRequest: { number: 1, title: text } } }),
  'deployment.artifact': (text) => ({ deployment: { id: 'd', environment: 'p', status: 's', artifact: text } }),
  'evidence.title': (text) => ({
    evidence: [{ type: 'other', url: 'https://x.example/', title: text, verified: false }],
  }),
  'evidence.url': (text) => ({ evidence: [{ type: 'other', url: `https://x.example/${text}`, verified: false }] }),
  'security.resource': (text) => ({ security: { resource: text } }),
  'security.policyId': (text) => ({
    security: { violation: { type: 'none', severity: 'info', confidence: 1, blocked: false, policyId: text } },
  }),
  correlationId: (text) => ({ correlation: { correlationId: text, method: 'explicit', confidence: 1 } }),
  businessKeys: (text) => ({
    correlation: { correlationId: 'x', method: 'business_key', confidence: 1, businessKeys: { orderId: text } },
  }),
  links: (text) => ({
    correlation: { correlationId: 'x', method: 'singleton', confidence: 0, links: [{ correlationId: text }] },
  }),
  'source.name': (text) => ({ source: { kind: 'api', name: text } }),
  'source.eventId': (text) => ({ source: { kind: 'api', eventId: text } }),
  'data value': (text) => ({ data: { note: text } }),
  'data deep': (text) => ({ data: { a: [{ b: [[text]] }] } }),
  'data key': (text) => ({ data: { map: { [text]: 1 } } }),
  'data key above': (text) => ({ data: { [text]: { password: 'x', inner: { note: 'a@example.com' } } } }),
  'attribute value': (text) => ({ attributes: { note: text } }),
  'attribute list': (text) => ({ attributes: { notes: ['x', text] } }),
  'attribute key': (text) => ({ attributes: { [text]: 'x' } }),
  'nested JSON': (text) => ({ data: { body: JSON.stringify({ list: [{ note: text }] }) } }),
  'nested JSON key': (text) => ({ data: { body: JSON.stringify({ [text]: true }) } }),
  'unknown field': (text) => ({ x_new_field: { note: text } }),
};

/** The ways in which a secret could still be read from the bytes. */
const encodings = (secret: string): readonly string[] => {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
  return [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret), base64];
};

const readableAs = (event: CanonicalEvent, secret: string): readonly string[] => {
  const bytes = JSON.stringify(event);
  return encodings(secret).filter((form) => form.length > 3 && bytes.includes(form));
};

describe.each(Object.entries(SHAPED))('a planted secret of the kind %s', (_kind, [text, secret = text]) => {
  test.each(Object.entries(PLACES))('leaves %s', (_place, plant) => {
    const event = redact(eventWith(plant(text)));
    expect(readableAs(event, secret)).toEqual([]);
    expect(event.processing.redactions?.length).toBeGreaterThan(0);
  });

  test.each(['see ', 'value=', '("', 'a\n'])('is found behind %j and before more text', (before) => {
    const event = redact(eventWith({ description: `${before}${text} and so on` }));
    expect(readableAs(event, secret)).toEqual([]);
  });
});

describe.each(KEYED)('the key %s', (key) => {
  const values: readonly unknown[] = ['hunter2!!', 424242424242, ['hunter2!!'], { deep: { er: 'hunter2!!' } }];
  test.each(values.map((value) => [value]))('takes the value %j with it', (value) => {
    for (const place of ['data', 'attributes'] as const) {
      const event = redact(eventWith({ [place]: { [key]: value, kept: 'yes' } }));
      expect(event[place]).toEqual({ kept: 'yes' });
      expect(event.processing.redactions).toEqual([{ path: `/${place}/${key}`, rule: 'denied_key', method: 'drop' }]);
    }
  });

  test('takes the value of a name and value pair, of a change, and of nested JSON', () => {
    const body = JSON.stringify({ [key]: 'hunter2!!', n: 12345678901234567890n.toString() });
    const event = redact(
      eventWith({
        data: { headers: [{ name: key, value: 'hunter2!!' }], body },
        changes: [{ path: `/user/${key.split('.').at(-1)}`, before: 'hunter2!!', after: 'hunter2??' }],
      }),
    );
    expect(JSON.stringify(event)).not.toContain('hunter2');
    expect(event.changes).toMatchObject([{ redacted: true }]);
  });

  test.each([null, true, false, ''])('keeps %j, which tells nothing', (value) => {
    expect(redact(eventWith({ data: { [key]: value } })).data).toEqual({ [key]: value });
  });
});

test.each([
  'token_count',
  'tokens_used',
  'tokens',
  'page_token_type',
  'next_page_token',
  'passenger',
  'password_changed_at',
  'secretary',
  'cardinality',
  'card_brand_name',
  'cookie_consent',
  'api_key_id',
  'authorization_status',
  'author',
  'pinned',
  'private_key_id',
  'keyboard',
])('the key %s names no secret', (key) => {
  const event = redact(eventWith({ data: { [key]: 'abc' }, attributes: { [key]: 7 } }));
  expect(event).toMatchObject({ data: { [key]: 'abc' }, attributes: { [key]: 7 } });
  expect(event.processing.redactions).toBeUndefined();
});

const HARMLESS: readonly unknown[] = [
  '018f3a2b-7c1d-7e2f-8a3b-4c5d6e7f8a9b',
  '41111111-1111-4111-8111-111111111111',
  '4bf92f3577b34da6a3ce929d0e0e4736',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '2025-01-15T10:30:00.123456789Z',
  '2025-01-15T10:30:00+02:00',
  '2025-01-15 10:30:00 2025-01-16 11:30:00',
  '1736937000123456789',
  1736937000123,
  1736937000123456,
  9007199254740991,
  '4111111111111112',
  'ORD-2025-0001234567890',
  'INV/4111111111111111X',
  'ord_4111111111111111',
  '0.4111111111111111',
  '1.4.2-rc.1+20240115123456',
  'v24.18.1',
  'lib@1.2.0-rc.next',
  'icon@2x.png',
  'pkg:npm/%40scope/name@1.2.3',
  'git@github.com:acme/checkout.git',
  'acme/checkout@v1.2',
  'https://example.com/orders/42?page=2&sort=asc#top',
  'http://localhost:8080/healthz',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:checkout-AbCdEf',
  'checkout-7d9f8b6c5-x2x4z',
  'AKIA is a prefix',
  'AKIAIOSFODNN7EXAMPLEANDMORE',
  'Bearer authentication is required',
  'basic authorization failed',
  'token: expired',
  'invalid password: required',
  'secret://vault/path',
  'x == y; key=value; a=b',
  '10.0.0.1 is up',
  '192.168.1.1',
  '{"a":1,"b":[1,2,{"c":"d"}]}',
  '{ not json',
  '+100 -20 lines',
  '100% of 50%',
  'C:\\Users\\app\\file.txt',
  'eyJ is how they begin',
  'key: value',
  'trace:4bf92f3577b34da6a3ce929d0e0e4736',
  '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIE\n-----END CERTIFICATE-----',
  '5.0.0-4111 1111 1111',
  '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  'payment_authorized_but_not_captured',
  'sk-learn-something-rather-long-here',
  'npm_config_registry_is_not_set_here',
  'Zürich – Genève: 3 h',
  '🙂 @home',
];
test.each(HARMLESS.map((value) => [value]))('%j is no secret', (value) => {
  const before = eventWith({
    data: { v: value, list: [value] },
    attributes: { v: value },
    ...(typeof value === 'string' && { description: value, object: { type: 't', id: value } }),
  });
  const after = redact(structuredClone(before));
  expect(after).toEqual(before);
});

describe('what is left', () => {
  const text = (description: string): string | undefined => redact(eventWith({ description })).description;

  test.each([
    ['alice@example.com', 'a***@example.com'],
    ['mail bob.b+tag@mail.example.co.uk, now', 'mail b***@mail.example.co.uk, now'],
    ['two: a@b.de c@d.fr', 'two: a***@b.de c***@d.fr'],
    ['+49 171 5550123', '+49 *** *****23'],
    ['paid with 4111-1111-1111-1111 today', 'paid with [redacted:card] today'],
    ['order 1234 4111 1111 1111 1111', 'order 1234 [redacted:card]'],
    ['Authorization: Bearer abc123def', 'Authorization: Bearer [redacted:bearer]'],
    ['Cookie: a=1; jwt=eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.', 'Cookie: [redacted:assignment]'],
    ['https://u:pw@h.example/x', 'https://u:[redacted:url_password]@h.example/x'],
    ['user=al password=hunter2 ip=1', 'user=al password=[redacted:assignment] ip=1'],
    ['{"token":"x1","n":1', '{"token":"[redacted:assignment]","n":1'],
    ['?a=1&token=x1&b=2', '?a=1&token=[redacted:assignment]&b=2'],
    ['{"token":"x1","n":1}', '{"n":1}'],
    ['{"password":"x1","n":12345678901234567890}', '{"n":12345678901234567890}'],
    ['"{\\"password\\":\\"x1\\",\\"n\\":1}"', '"{\\"n\\":1}"'],
  ])('of %j is %j', (before, after) => {
    expect(text(before)).toBe(after);
  });

  test.each([
    ['203.0.113.77', '203.0.113.0'],
    ['203.0.113.77:443', '203.0.113.0:443'],
    ['203.0.113.77, 10.1.2.3', '203.0.113.0, 10.1.2.0'],
    ['::ffff:203.0.113.77', '::ffff:203.0.113.0'],
    ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::'],
    ['[2001:db8:85a3::1]:443', '[2001:db8:85a3::]:443'],
    ['2001:db8::1', '2001:db8::'],
    ['fe80::1%eth0', 'fe80::'],
    ['::1', '::'],
  ])('of the address %s is %s, in fields that hold one', (before, after) => {
    const event = redact(
      eventWith({
        actor: { id: 'u', type: 'user', ip: before },
        attributes: { 'client.address': before, other: before },
        data: { clientIp: before },
      }),
    );
    expect(event).toMatchObject({
      actor: { ip: after },
      attributes: { 'client.address': after, other: before },
      data: { clientIp: after },
    });
  });

  test('an id is hashed as a whole, joinable inside its tenant and not across', () => {
    const idOf = (tenantId: string, id: string): string | undefined =>
      redact(eventWith({ tenantId, actor: { id, type: 'user' } })).actor?.id;
    expect(idOf('acme', 'alice@example.com')).toMatch(/^hash:[0-9a-f]{32}$/);
    expect(idOf('acme', 'alice@example.com')).toBe(idOf('acme', 'alice@example.com'));
    expect(idOf('acme', 'alice@example.com')).not.toBe(idOf('acme', 'bob@example.com'));
    expect(idOf('acme', 'alice@example.com')).not.toBe(idOf('other', 'alice@example.com'));
  });

  test('an AWS key id is hashed, alike wherever it stands, and not across tenants by a cached key', () => {
    const noteOf = (tenantId: string): unknown =>
      redact(eventWith({ tenantId, data: { AKIAIOSFODNN7EXAMPLE: 'AKIAIOSFODNN7EXAMPLE' } })).data;
    const [key, value] = Object.entries(noteOf('acme') as object)[0]!;
    expect(value).toBe(key);
    expect(key).toMatch(/^hash:/);
    expect(noteOf('other')).not.toHaveProperty(key);
  });

  test('a business key is hashed where its value was taken out elsewhere', () => {
    const event = redact(
      eventWith({
        data: { token: 'order-17' },
        correlation: {
          correlationId: 'x',
          method: 'business_key',
          confidence: 0.9,
          businessKeys: { orderId: 'order-17', cartId: 'c-1' },
        },
      }),
    );
    expect(event.correlation.businessKeys).toEqual({ orderId: expect.stringMatching(/^hash:/), cartId: 'c-1' });
    expect(JSON.stringify(event)).not.toContain('order-17');
  });
});

test('the records name every path as a pointer, and no path holds a secret', () => {
  const event = redact(
    eventWith({
      data: { 'a/b': { '~c': [{ password: 'x1' }] }, body: '{"list":[{"email":"a@example.com"}]}' },
      attributes: { 'carol@example.com': 'x' },
    }),
  );
  expect(event.processing.redactions).toEqual([
    { path: '/data/a~1b/~0c/0/password', rule: 'denied_key', method: 'drop' },
    { path: '/data/body/list/0/email', rule: 'email', method: 'mask' },
    { path: '/attributes/c***@example.com', rule: 'email', method: 'mask' },
  ]);
});

test('two keys that are alike once redacted both keep their values', () => {
  const event = redact(eventWith({ attributes: { 'carol@example.com': 1, 'chris@example.com': 2 } }));
  expect(new Set(Object.values(event.attributes ?? {}))).toEqual(new Set([1, 2]));
});

test('integers that no double holds stay exact, unless they are a card number', () => {
  const rawJSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
  const event = redact(eventWith({ data: { n: rawJSON('12345678901234567890'), c: rawJSON('4000000000000000006') } }));
  expect(JSON.stringify(event.data)).toBe('{"n":12345678901234567890,"c":"[redacted:card]"}');
});

test('what is nested too deep to be looked at does not pass', () => {
  let deep: unknown = 'secret-below';
  for (let i = 0; i < 200; i++) deep = { deep };
  const event = redact(eventWith({ data: { deep } }));
  expect(JSON.stringify(event)).not.toContain('secret-below');
});

describe('the configuration', () => {
  const rule = (method: 'drop' | 'mask' | 'hash' | 'truncate' | 'keep', max = 64) => ({ name: 'mine', method, max });
  const byPath = (path: string, method: Parameters<typeof rule>[0], max?: number) =>
    redactorWith({ pathRules: [{ path, rule: rule(method, max) }] });

  test.each([
    ['/data/user/name', 'drop', { user: {} }],
    ['/data/user/name', 'mask', { user: { name: 'A**** ****' } }],
    ['/data/*/name', 'hash', { user: { name: expect.stringMatching(/^hash:/) } }],
    ['/data/user', 'mask', { user: { name: 'A**** ****' } }],
    ['/data/user/name', 'truncate', { user: { name: 'Alice' } }],
  ] as const)('a rule for %s with %s applies', (path, method, data) => {
    const event = byPath(path, method, 5)(eventWith({ data: { user: { name: 'Alice Bell' } } }));
    expect(event.data).toEqual(data);
    expect(event.processing.redactions).toEqual([{ path: expect.any(String), rule: 'mine', method }]);
  });

  test('keep exempts what is below a path, and nothing else', () => {
    const event = byPath(
      '/data/support',
      'keep',
    )(eventWith({ data: { support: { token: 't', mail: 'a@example.com' }, mail: 'a@example.com' } }));
    expect(event.data).toEqual({ support: { token: 't', mail: 'a@example.com' }, mail: 'a***@example.com' });
  });

  test('what a rule shortens is still scanned', () => {
    const event = byPath(
      '/data/note',
      'truncate',
      20,
    )(eventWith({ data: { note: `al@example.com ${'x'.repeat(50)}` } }));
    expect(event.data).toEqual({ note: 'a***@example.com xxxxx' });
  });

  test('rules by key and further denied keys reach every depth', () => {
    const custom = redactorWith({
      denyKeys: ['nationalId'],
      keyRules: [{ keys: ['comment'], rule: rule('drop') }],
    });
    const event = custom(eventWith({ data: { a: [{ national_id: '1', Comment: 'x', b: 'national-id=abc1' }] } }));
    expect(event.data).toEqual({ a: [{ b: 'national-id=[redacted:assignment]' }] });
  });

  test('a pattern can be switched off', () => {
    const custom = redactorWith({ disabled: new Set(['email', 'ip', 'card']) });
    const part = {
      actor: { id: 'a@example.com', type: 'user', email: 'a@example.com', ip: '203.0.113.7' },
      data: { n: 4111111111111111 },
    };
    expect(custom(eventWith(structuredClone(part)))).toMatchObject(part);
  });
});

test.each(['{"Proxy-Authorization":false}', '[{"Cookie":null}]', 'authorization: null', 'Authorization: true;'])(
  'that a secret is absent is no secret: %s',
  (text) => {
    expect(redact(eventWith({ data: { text } })).data).toEqual({ text });
  },
);

test.each([
  ['in another case', { deployment: { commitSha: 'AKIAIOSFODNN7EXAMPLE' } }, { commitSha: 'akiaiosfodnn7example' }],
  ['as a part', { github: { repository: { fullName: 'Al@example.com/X' } } }, { pullRequest: 'al@example.com/x#7' }],
  ['as it is', { data: { password: 'o-1' } }, { orderId: 'o-1' }],
])('a business key that repeats what was taken is hashed: %s', (_how, part, businessKeys) => {
  const correlation = { correlationId: 'c', method: 'business_key', confidence: 1, businessKeys };
  const event = redact(eventWith({ ...structuredClone(part), correlation }));
  expect(Object.values(event.correlation.businessKeys!)).toEqual([expect.stringMatching(/^hash:/)]);
});

test('a business key that only shares a few characters with what was taken stays', () => {
  const correlation = { correlationId: 'c', method: 'business_key', confidence: 1, businessKeys: { orderId: 'o-12' } };
  expect(redact(eventWith({ data: { pin: '12' }, correlation })).correlation.businessKeys).toEqual({ orderId: 'o-12' });
});
