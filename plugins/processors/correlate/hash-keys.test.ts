import { describe, expect, test } from 'vitest';
import { nameBasedId } from '../../../src/event/ids.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { pseudonym } from '../../../src/sdk/index.ts';
import { exampleEvent, fakeKeyRing } from '../../../src/testkit/fakes.ts';
import { CorrelationEngine } from './correlate.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS } from './keys.ts';

const keys = fakeKeyRing();
const engine = new CorrelationEngine({
  primary: PRIMARY_KEYS,
  secondary: SECONDARY_KEYS,
  paths: { ticketId: ['data.deep.ticket'] },
  pseudonyms: { types: ['ticketId', 'cartId', 'customerId'], keyOf: keys.pseudonymKey },
});
const correlated = (part: Partial<CanonicalEvent>, given?: Record<string, string>): CanonicalEvent => {
  const event = exampleEvent(structuredClone(part));
  event.correlation = { correlationId: event.eventId, method: 'singleton', confidence: 0 };
  if (given !== undefined) event.correlation.businessKeys = { ...given };
  engine.correlate(event);
  return event;
};
const hashed = (value: string, tenant = 'acme'): string => pseudonym(value, keys.pseudonymKey(tenant));

describe('a hashed key', () => {
  test.each<[string, Partial<CanonicalEvent>, Record<string, string>?]>([
    ['in data', { data: { ticket_id: ' PAT-4711 ' } }],
    ['in attributes', { data: {}, attributes: { 'ticket.id': 'PAT-4711' } }],
    ['at a configured path', { data: { deep: { ticket: 'PAT-4711' } } }],
    ['named by the sender', { data: {} }, { ticketId: 'PAT-4711' }],
    ['hashed by the sender', { data: {} }, { ticketId: hashed('PAT-4711') }],
  ])('%s: the group is over the pseudonym, and the event holds no more', (_where, part, given) => {
    const { correlation } = correlated(part, given);
    expect(correlation.correlationId).toBe(nameBasedId('acme', 'ticketId', hashed('PAT-4711')));
    expect(correlation).toMatchObject({ method: 'business_key', businessKeys: { ticketId: hashed('PAT-4711') } });
    expect(JSON.stringify(correlation)).not.toContain('PAT-4711');
  });

  test('under every spelling of the sender, also of a key that is never a group', () => {
    const given = { ticket_id: 'PAT-1', customer_id: 'C-1', orderId: 'o' };
    expect(correlated({}, given).correlation.businessKeys).toEqual({
      ticket_id: hashed('PAT-1'),
      ticketId: hashed('PAT-1'),
      customer_id: hashed('C-1'),
      orderId: 'o',
    });
  });

  test('as a link, and as a secondary key', () => {
    const { correlation } = correlated({ data: { orderId: 'o', ticketId: 'PAT-1', cartId: 'k' } });
    expect(correlation.links).toEqual([
      { correlationId: nameBasedId('acme', 'ticketId', hashed('PAT-1')), type: 'business_key', role: 'ticketId' },
    ]);
    expect(correlation.businessKeys).toEqual({ orderId: 'o', ticketId: hashed('PAT-1'), cartId: hashed('k') });
  });

  test('joins inside a tenant, not across two', () => {
    const groupOf = (tenantId: string): string =>
      correlated({ tenantId, data: { ticketId: 'PAT-1' } }).correlation.correlationId;
    expect(groupOf('acme')).toBe(groupOf('acme'));
    expect(groupOf('acme')).not.toBe(groupOf('other'));
    expect(hashed('PAT-1')).not.toBe(hashed('PAT-1', 'other'));
  });
});
