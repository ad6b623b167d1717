import { describe, expect, test } from 'vitest';
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { CorrelationEngine } from './correlate.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS, type KeyPolicy } from './keys.ts';
import plugin from './plugin.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const EVENT_ID = '019ab512-3456-7abc-8def-0123456789ab';

type Given = Omit<Partial<CanonicalEvent>, 'correlation'> & { correlation?: Partial<CanonicalEvent['correlation']> };
const correlated = (given: Given, policy: Partial<KeyPolicy> = {}): CanonicalEvent['correlation'] => {
  const event = {
    eventId: EVENT_ID,
    tenantId: 'acme',
    ...given,
    correlation: { correlationId: EVENT_ID, method: 'singleton', confidence: 0, ...given.correlation },
  } as CanonicalEvent;
  new CorrelationEngine({ primary: PRIMARY_KEYS, secondary: SECONDARY_KEYS, paths: {}, ...policy }).correlate(event);
  return event.correlation;
};
const group = (type: string, value: string): string => nameBasedId('acme', type, value);

describe('the first method that applies decides', () => {
  test.each<[string, Given, string, number]>([
    [
      'explicit',
      { correlation: { correlationId: 'mine', method: 'explicit', traceId: TRACE }, data: { orderId: '1' } },
      'mine',
      1,
    ],
    ['trace', { correlation: { traceId: TRACE, sessionId: 's' }, data: { orderId: '1' } }, `trace:${TRACE}`, 1],
    [
      'business_key',
      { data: { orderId: '1', cartId: 'c' }, correlation: { sessionId: 's' } },
      group('orderId', '1'),
      0.9,
    ],
    [
      'secondary_key',
      { data: { messageId: 'm', cartId: 'c' }, correlation: { sessionId: 's' } },
      group('cartId', 'c'),
      0.6,
    ],
    ['session', { correlation: { sessionId: 's' } }, group('session', 's'), 0.4],
    ['session', { actor: { id: 'a', type: 'user', sessionId: 's' } }, group('session', 's'), 0.4],
    ['singleton', { data: { userId: 'u', customerId: 'c' } }, EVENT_ID, 0],
  ])('%s', (method, given, correlationId, confidence) => {
    expect(correlated(given)).toMatchObject({ method, correlationId, confidence });
  });
});

describe('keys', () => {
  const deployment = { id: 'd1', environment: 'p', status: 's' };
  const github = {
    deliveryId: 'x',
    event: 'e',
    repository: { id: 1, fullName: 'Acme/Shop' },
    pullRequest: { number: 7 },
    workflow: { runId: 99, runAttempt: 2 },
    commitSha: 'ABC',
  };

  test.each<[string, Given, Record<string, string>]>([
    ['camel', { data: { orderId: 42 } }, { orderId: '42' }],
    ['snake', { attributes: { order_id: ' 42 ' } }, { orderId: '42' }],
    ['dotted', { attributes: { 'order.id': '42' } }, { orderId: '42' }],
    [
      'an object of its name',
      { data: { order: { id: '42' }, artifact: { digest: 'AB' } } },
      { orderId: '42', artifactDigest: 'ab' },
    ],
    [
      'named by the sender, before the payload',
      { correlation: { businessKeys: { orderId: '1' } }, data: { orderId: '2' } },
      { orderId: '1' },
    ],
    ['a deployment', { deployment }, { deploymentId: 'd1' }],
    ['GitHub', { github }, { workflowRun: '99#2', pullRequest: 'acme/shop#7', commitSha: 'abc' }],
    [
      'a key of the sender that is no group',
      { correlation: { businessKeys: { own: 'x' } }, data: { cartId: 'c' } },
      { own: 'x', cartId: 'c' },
    ],
  ])('found in %s', (_, given, keys) => {
    expect(correlated(given).businessKeys).toEqual(keys);
  });

  test.each([[''], ['  '], [true], [null], [Number.NaN], ['x'.repeat(257)], [{ id: 1 }]])(
    '%j is no value of a key',
    (value) => {
      expect(correlated({ data: { orderId: value } })).toEqual({
        correlationId: EVENT_ID,
        method: 'singleton',
        confidence: 0,
      });
    },
  );

  test('at configured paths', () => {
    const policy = { primary: ['claimId'], paths: { claimId: ['data.claim.number', 'attributes.claim'] } };
    expect(correlated({ data: { claim: { number: 5 } } }, policy).correlationId).toBe(group('claimId', '5'));
    expect(correlated({ attributes: { claim: 'c' } }, policy).correlationId).toBe(group('claimId', 'c'));
    expect(correlated({ data: { toString: 1 } }, { paths: { orderId: ['data.constructor.name'] } }).method).toBe(
      'singleton',
    );
  });

  test('order 42 is not invoice 42, nor the order 42 of another tenant', () => {
    const order = correlated({ data: { orderId: '42' } }).correlationId;
    expect(correlated({ data: { invoiceId: '42' } }).correlationId).not.toBe(order);
    expect(correlated({ tenantId: 'other', data: { orderId: '42' } }).correlationId).not.toBe(order);
  });

  test('at most 16 are kept, and those that the sender named stay', () => {
    const given = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`own${i}`, 'v']));
    const { businessKeys = {} } = correlated({
      correlation: { businessKeys: given },
      data: { orderId: '1', cartId: 'c' },
    });
    expect(Object.keys(businessKeys)).toHaveLength(16);
    expect(businessKeys).toMatchObject({ ...given, orderId: '1' });
  });
});

test.each<[string, Given, Given]>([
  ['spellings in data', { data: { order_id: 'b', orderId: 'a' } }, { data: { orderId: 'a', order_id: 'b' } }],
  [
    'an object of its name',
    { data: { order: { id: 'b' }, 'order.id': 'a' } },
    { data: { 'order.id': 'a', order: { id: 'b' } } },
  ],
  [
    'names of the sender',
    { correlation: { businessKeys: { order_id: 'b', orderId: 'a' } } },
    { correlation: { businessKeys: { orderId: 'a', order_id: 'b' } } },
  ],
])('of two values of a key the same one counts in whatever order they come: %s', (_, one, other) => {
  expect(correlated(one).correlationId).toBe(group('orderId', 'a'));
  expect(correlated(other).correlationId).toBe(group('orderId', 'a'));
});

test('a configured path may lead to an attribute with dots in its name', () => {
  const policy = { primary: ['claimId'], paths: { claimId: ['attributes.claim.number'] } };
  expect(correlated({ attributes: { 'claim.number': 7 } }, policy).correlationId).toBe(group('claimId', '7'));
});

describe('links', () => {
  test('a trace is linked to the group of each primary key, never of a secondary one', () => {
    const { links } = correlated({
      correlation: { traceId: TRACE },
      data: { paymentId: 'p', orderId: 'o', cartId: 'c' },
    });
    expect(links).toEqual([
      { correlationId: group('orderId', 'o'), type: 'business_key', role: 'orderId' },
      { correlationId: group('paymentId', 'p'), type: 'business_key', role: 'paymentId' },
    ]);
  });

  test('of several primary keys the others become links', () => {
    const { correlationId, links } = correlated({ data: { paymentId: 'p', orderId: 'o' } });
    expect(correlationId).toBe(group('orderId', 'o'));
    expect(links).toEqual([{ correlationId: group('paymentId', 'p'), type: 'business_key', role: 'paymentId' }]);
  });

  test('there are at most 32', () => {
    const sent = Array.from({ length: 32 }, (_, i) => ({ correlationId: `c${i}` }));
    expect(correlated({ correlation: { traceId: TRACE, links: sent }, data: { orderId: 'o' } }).links).toEqual(sent);
  });
});

test.each([
  [{ primary_keys: ['userId'] }, false],
  [{ primary_keys: ['customerID'] }, false],
  [{ secondary_keys: ['accessKey'] }, false],
  [{ secondary_keys: ['email'] }, false],
  [{ paths: { orderId: ['actor.email'] } }, false],
  [{ paths: { orderId: ['actor.sessionId'] } }, true],
  [{ tenants: { acme: { primary_keys: ['productId'] } } }, false],
  [{ tenants: { acme: { paths: { claimId: ['data.claim'] } } } }, false],
  [{ tenants: { acme: { primary_keys: ['claimId'], paths: { claimId: ['data.claim'] } } } }, true],
  [{ tenants: { acme: { paths: { orderId: ['data.ref'] } } } }, true],
  [{ tenants: { 'no tenant': {} } }, false],
  [{ tenants: { acme: { keys: [] } } }, false],
  [{ primary_keys: ['Order'] }, false],
  [{ paths: { claimId: ['data.claim'] } }, false],
  [{ primary_keys: ['claimId'], paths: { claimId: ['data.claim'] } }, true],
  [{}, true],
])('the configuration %j is taken: %s', (config, isTaken) => {
  expect(plugin.config.safeParse(config).success).toBe(isTaken);
});
