import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { type BatchOrigin, type ComponentContext, EventBatch } from '../../../src/sdk/index.ts';
import { of } from '../../../src/sdk/rx.ts';
import { fakeKeyRing } from '../../../src/testkit/fakes.ts';
import { eventWith } from './fixtures.ts';
import plugin from './plugin.ts';

const context = { keys: fakeKeyRing() } as unknown as ComponentContext;
const redactorOf = (config: unknown): ((part: Record<string, unknown>) => CanonicalEvent) => {
  const processor = plugin.create(plugin.config.parse(config), context);
  return (part) => {
    const event = eventWith(structuredClone(part));
    const batch = new EventBatch({ tenant: event.tenantId } as BatchOrigin, [{ slot: 0, raw: {} as never, event }]);
    of(batch).pipe(processor).subscribe();
    return event;
  };
};
const HASH = expect.stringMatching(/^hash:[0-9a-f]{32}$/);

describe('a policy holds for its tenants and categories', () => {
  const redact = redactorOf({
    rules: [{ path: '/data/name', method: 'mask' }],
    policies: [
      { tenants: ['acme'], categories: ['security'], rules: [{ path: '/data/name', method: 'drop' }] },
      { tenants: ['acme', 'shop-*'], rules: [{ path: '/data/name', method: 'hash' }], deny_keys: ['nick'] },
      { categories: ['system'], patterns: { email: false } },
    ],
  });
  const data = { name: 'Alice', nick: 'al', mail: 'a@example.com' };
  test.each([
    ['acme', 'business', { name: HASH, mail: 'a***@example.com' }],
    ['acme', 'security', { mail: 'a***@example.com' }],
    ['acme', 'system', { name: HASH, mail: 'a@example.com' }],
    ['shop-7', 'delivery', { name: HASH, mail: 'a***@example.com' }],
    ['shop', 'business', { name: 'A****', nick: 'al', mail: 'a***@example.com' }],
    ['other', 'system', { name: 'A****', nick: 'al', mail: 'a@example.com' }],
  ])('%s, %s', (tenantId, category, expected) => {
    for (let again = 0; again < 2; again++) expect(redact({ tenantId, category, data }).data).toEqual(expected);
  });

  test('pseudonyms join inside a tenant, and not across two', () => {
    const nameOf = (tenantId: string): unknown => redact({ tenantId, data }).data?.['name'];
    expect(nameOf('acme')).toBe(nameOf('acme'));
    expect(nameOf('acme')).not.toBe(nameOf('shop-7'));
  });

  test('may switch a pattern on that is off for all', () => {
    const own = redactorOf({ patterns: { email: false }, policies: [{ tenants: ['a'], patterns: { email: true } }] });
    expect(own({ tenantId: 'a', data }).data).toHaveProperty('mail', 'a***@example.com');
    expect(own({ tenantId: 'b', data }).data).toHaveProperty('mail', 'a@example.com');
  });
});

describe('an allow-list', () => {
  const redact = redactorOf({
    allow: [
      { path: '/data/customer', keys: ['id', 'mail'] },
      { path: '/actor', keys: ['roles'] },
      { path: '/service', keys: [] },
    ],
  });
  const customer = { id: 'c1', mail: 'a@example.com', birthday: '1970-01-01', 'alice@example.com': 1, gone: null };
  const kept = { id: 'c1', mail: 'a***@example.com' };
  test.each([
    ['a container', customer, kept],
    ['a list of them', [customer, 'Alice', 7], [kept, '[redacted:allow]', '[redacted:allow]']],
    ['JSON text', JSON.stringify(customer), JSON.stringify(kept)],
    ['JSON text of a list', JSON.stringify([customer]), JSON.stringify([kept])],
  ])('keeps the named keys of %s', (_what, given, expected) => {
    expect(redact({ data: { customer: given } }).data).toEqual({ customer: expected });
  });

  test.each([['Alice Bell'], ['{"id":"c1"'], [42], ['"c1"']])('of what has no keys nothing stays: %j', (given) => {
    const event = redact({ data: { customer: given, kept: true } });
    expect(event.data).toEqual({ kept: true });
    expect(event.processing.redactions).toEqual([{ path: '/data/customer', rule: 'allow', method: 'drop' }]);
  });

  test('tells that keys went, not which', () => {
    const event = redact({ data: { customer } });
    expect(event.processing.redactions?.map(({ path }) => path)).toEqual(['/data/customer/*', '/data/customer/mail']);
  });

  test('leaves what no event can be without', () => {
    const event = redact({
      actor: { id: 'u1', type: 'user', name: 'Alice', roles: ['admin'] },
      service: { name: 'checkout', version: '1' },
    });
    expect(event.actor).toEqual({ id: 'u1', type: 'user', roles: ['admin'] });
    expect(event.service).toEqual({ name: 'checkout' });
  });

  test('hashes a business key that repeats what went', () => {
    const event = redact({
      data: { customer: { email: 'x-1234' } },
      correlation: {
        correlationId: 'c',
        method: 'business_key',
        confidence: 1,
        businessKeys: { orderId: 'x-1234', cartId: 'c' },
      },
    });
    expect(event.correlation.businessKeys).toEqual({ orderId: HASH, cartId: 'c' });
  });
});

describe('a path', () => {
  const by = (path: string, method = 'mask') => redactorOf({ rules: [{ path, method, name: 'mine' }] });
  const data = { name: 'Ann', a: { name: 'Ann', b: [{ name: 'Ann' }] }, body: JSON.stringify({ name: 'Ann' }) };
  const plain = { ...data };
  test.each<[string, Record<string, unknown>]>([
    ['/data/**/name', { name: 'A**', a: { name: 'A**', b: [{ name: 'A**' }] }, body: '{"name":"A**"}' }],
    ['/data/a/**/name', { ...plain, a: { name: 'A**', b: [{ name: 'A**' }] } }],
    ['/data/**/b/*/name', { ...plain, a: { name: 'Ann', b: [{ name: 'A**' }] } }],
    ['/data/a/**', { ...plain, a: { name: 'A**', b: [{ name: 'A**' }] } }],
    ['/data/*/name', { ...plain, a: { name: 'A**', b: [{ name: 'Ann' }] }, body: '{"name":"A**"}' }],
    ['/data/body/name', { ...plain, body: '{"name":"A**"}' }],
    ['/**/name', { name: 'A**', a: { name: 'A**', b: [{ name: 'A**' }] }, body: '{"name":"A**"}' }],
  ])('%s reaches what it names', (path, expected) => {
    expect(by(path)({ data }).data).toEqual(expected);
  });

  test('the first that names a place decides, a wildcard or not', () => {
    const redact = redactorOf({
      rules: [
        { path: '/data/**/id', method: 'keep' },
        { path: '/data/a/*', method: 'drop' },
        { path: '/data/a/x', method: 'mask' },
      ],
    });
    expect(redact({ data: { a: { id: 'a@example.com', x: 'yes' } } }).data).toEqual({ a: { id: 'a@example.com' } });
  });

  test('of keys, too, the first decides', () => {
    const rules = [
      { keys: ['Note'], method: 'keep' },
      { keys: ['note'], method: 'drop' },
    ];
    expect(redactorOf({ rules })({ data: { note: 'a@example.com' } }).data).toEqual({ note: 'a@example.com' });
  });

  test.each(['drop', 'mask', 'hash', 'truncate'])('%s of everything leaves an event', (method) => {
    const event = by(
      '/**',
      method,
    )({
      actor: { id: 'u', type: 'user', onBehalfOf: { id: 'x', type: 'user' } },
      service: { name: 's' },
      data,
    });
    const { correlation, source, tenantId, outcome } = event;
    expect({ tenantId, outcome, kind: source.kind, method: correlation.method }).toEqual({
      tenantId: 'acme',
      outcome: 'failure',
      kind: 'api',
      method: 'singleton',
    });
    expect(correlation.correlationId).toEqual(expect.any(String));
  });

  test.each(['drop', 'mask', 'hash'])('%s below a key that holds a secret shows the secret nowhere', (method) => {
    const event = by('/data/*', method)({ data: { 'alice@example.com': { 'bob@example.com': 'x1' } } });
    expect(JSON.stringify(event)).not.toMatch(/alice|bob/);
    expect(event.processing.redactions?.length).toBeGreaterThan(0);
  });
});

test('paths that were noted before name no secret', () => {
  const event = redactorOf({})({
    processing: {
      pipelineVersion: '1',
      attempt: 1,
      truncated: true,
      truncatedPaths: ['/data/alice@example.com/text', '/data/postgres:~1~1app:s3cr3t@db/x'],
      warnings: [{ code: 'x', path: '/data/bob@example.com' }, { code: 'y' }],
    },
  });
  expect(event.processing.truncatedPaths).toEqual([
    '/data/a***@example.com/text',
    '/data/postgres:~1~1app:[redacted:url_password]@db/x',
  ]);
  expect(event.processing.warnings).toEqual([{ code: 'x', path: '/data/b***@example.com' }, { code: 'y' }]);
});

test.each([
  [{ policies: [{ tenants: [] }] }],
  [{ policies: [{ tenants: ['a b'] }] }],
  [{ policies: [{ categories: ['sales'] }] }],
  [{ policies: [{ patterns: { emial: true } }] }],
  [{ policies: [{ tenants: ['a'], allow: [{ path: '/eventId', keys: [] }] }] }],
  [{ allow: [{ path: 'data', keys: ['x'] }] }],
])('refused: %j', (config) => {
  expect(plugin.config.safeParse(config).success).toBe(false);
});
