import { describe, expect, test } from 'vitest';
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { exampleEvent } from '../../../src/testkit/fakes.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS, type KeyPolicy } from './keys.ts';
import { createCorrelate, type TenantPolicy } from './tenant-policies.ts';

const COMMON: KeyPolicy = { primary: PRIMARY_KEYS, secondary: SECONDARY_KEYS, paths: { orderId: ['data.ref'] } };
const TENANTS: Readonly<Record<string, TenantPolicy>> = {
  claims: { primary: ['claimId'], paths: { claimId: ['data.claim.number'] } },
  paths: { paths: { orderId: ['data.own'] } },
  carts: { primary: ['cartId'], secondary: ['orderId'] },
};
const EVENT_ID = '019ab000-0000-7000-8000-000000000001';

const correlated = (tenantId: string, data: Record<string, unknown>): CanonicalEvent['correlation'] => {
  const event = exampleEvent({
    tenantId,
    data,
    correlation: { correlationId: EVENT_ID, method: 'singleton', confidence: 0 },
  });
  createCorrelate(COMMON, TENANTS)(event);
  return event.correlation;
};

describe('a tenant with a policy of its own', () => {
  test.each<[tenant: string, data: Record<string, unknown>, method: string, type: string, value: string]>([
    ['acme', { orderId: '1', claimId: '2' }, 'business_key', 'orderId', '1'],
    ['acme', { ref: '1', own: '2' }, 'business_key', 'orderId', '1'],
    ['claims', { orderId: '1', claimId: '2' }, 'business_key', 'claimId', '2'],
    ['claims', { claim: { number: 3 } }, 'business_key', 'claimId', '3'],
    ['claims', { orderId: '1', itemId: '2' }, 'secondary_key', 'itemId', '2'],
    ['paths', { ref: '1', own: '2' }, 'business_key', 'orderId', '2'],
    ['paths', { ref: '1' }, 'business_key', 'orderId', '1'],
    ['carts', { orderId: '1', cartId: 'c' }, 'business_key', 'cartId', 'c'],
    ['carts', { orderId: '1' }, 'secondary_key', 'orderId', '1'],
    ['constructor', { orderId: '1' }, 'business_key', 'orderId', '1'],
  ])('%s: %j is grouped by %s %s', (tenant, data, method, type, value) => {
    expect(correlated(tenant, data)).toMatchObject({ method, correlationId: nameBasedId(tenant, type, value) });
  });

  test('a path of everybody for a key that the tenant does not have leads nowhere', () => {
    expect(correlated('claims', { ref: '1' })).toEqual({ correlationId: EVENT_ID, method: 'singleton', confidence: 0 });
  });
});
