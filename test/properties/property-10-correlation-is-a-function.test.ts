import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PRIMARY_KEYS, SECONDARY_KEYS, spellingsOf } from '../../plugins/processors/correlate/keys.ts';
import { createCorrelate } from '../../plugins/processors/correlate/tenant-policies.ts';
import { nameBasedId } from '../../src/event/ids.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { rawEventArbitrary, rawEventOf, type Content } from '../../src/testkit/arbitraries.ts';
import { asStored, newEngine, normalized } from './support.ts';

const correlated = (event: CanonicalEvent, engine = newEngine()): CanonicalEvent['correlation'] => {
  engine.correlate(event);
  return asStored(event)['correlation'] as CanonicalEvent['correlation'];
};

test('property 10: each replica, in any order, finds the same group', () => {
  const engine = newEngine();
  fc.assert(
    fc.property(fc.array(rawEventArbitrary(), { minLength: 1, maxLength: 5 }), (raws) => {
      const here = raws.map((raw) => correlated(normalized(structuredClone(raw)), engine));
      const there = raws.toReversed().map((raw) => correlated(normalized(structuredClone(raw))));
      expect(there.toReversed()).toEqual(here);
    }),
  );
});

test('property 10: correlating twice changes nothing', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const event = normalized(raw);
      const once = correlated(event);
      expect(correlated(event)).toEqual(once);
    }),
  );
});

const place = fc.constantFrom('data', 'attributes', 'businessKeys', 'nested');
const orderIn = (where: string, spelling: string, value: string): Record<string, unknown> => {
  if (where === 'businessKeys') return { correlation: { businessKeys: { [spelling]: value } } };
  if (where === 'nested') return { data: { order: { id: value } } };
  return { [where]: { [spelling]: value } };
};

test('property 10: the same order is one group wherever and however its id is written', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9-]{1,30}$/);
  fc.assert(
    fc.property(id, place, fc.constantFrom(...spellingsOf('orderId')), (value, where, spelling) => {
      const content = { category: 'system', action: 'x.a', ...orderIn(where, spelling, ` ${value} `) };
      const { correlationId, method, businessKeys } = correlated(normalized(rawEventOf(content)));
      expect(method).toBe('business_key');
      expect(correlationId).toBe(nameBasedId('acme', 'orderId', value));
      expect(businessKeys?.['orderId']).toBe(value);
    }),
  );
});

test('property 10: key type and tenant are part of the group', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PRIMARY_KEYS), fc.constantFrom(...PRIMARY_KEYS), fc.string(), (a, b, value) => {
      expect(nameBasedId('acme', a, value) === nameBasedId('acme', b, value)).toBe(a === b);
      expect(nameBasedId('acme', a, value)).not.toBe(nameBasedId('other', a, value));
    }),
  );
});

const COMMON = { primary: PRIMARY_KEYS, secondary: SECONDARY_KEYS, paths: { orderId: ['data.ref'] } };
const TENANTS = {
  claims: { primary: ['claimId', 'orderId'], paths: { claimId: ['data.claim.number', 'attributes.claim.no'] } },
  carts: { primary: ['cartId'], secondary: ['orderId', 'itemId'] },
};
const KEY_NAMES = [
  'orderId',
  'order_id',
  'order.id',
  'cartId',
  'cart_id',
  'claimId',
  'itemId',
  'paymentId',
  'userId',
  'ref',
  'claim.no',
];
const fewKeys = fc.dictionary(fc.constantFrom(...KEY_NAMES), fc.constantFrom('1', '2', ' 2 ', 3), { maxKeys: 4 }); // prettier-ignore
const keyed: fc.Arbitrary<Content> = fc
  .record({
    data: fc.option(fewKeys, { nil: undefined }),
    attributes: fc.option(fewKeys, { nil: undefined }),
    businessKeys: fc.option(fewKeys, { nil: undefined }),
    traceId: fc.option(fc.constantFrom('a'.repeat(32), 'b'.repeat(32)), { nil: undefined, freq: 2 }),
    sessionId: fc.option(fc.constantFrom('s1', 's2'), { nil: undefined }),
  })
  .map(({ data, attributes, ...correlation }) => ({
    category: 'system',
    action: 'x.a',
    data,
    attributes,
    correlation,
  }));

/** The same fields in the other order, at every level. */
const turned = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, inner]) => [key, turned(inner)]),
      )
    : value;

test('property 10: three engines with policies of tenants find the same groups, in any order of events and fields', () => {
  const engines = [0, 1, 2].map(() => createCorrelate(COMMON, TENANTS));
  const sent = fc.record({ tenant: fc.constantFrom('acme', 'claims', 'carts'), content: keyed, rank: fc.nat() });
  const groupsBy = (engine: number, all: readonly { tenant: string; content: Content }[]): unknown[] =>
    all.map(({ tenant, content }) => {
      const event = normalized(rawEventOf(content));
      event.tenantId = tenant;
      engines[engine]!(event);
      const { correlationId, method, businessKeys, links } = event.correlation;
      return asStored({ correlationId, method, keys: asSorted(businessKeys), links });
    });
  fc.assert(
    fc.property(fc.array(sent, { minLength: 1, maxLength: 8 }), (all) => {
      const groups = groupsBy(0, all);
      expect(groupsBy(1, all.toReversed()).toReversed()).toEqual(groups);
      const order = all.map((_, i) => i).toSorted((a, b) => all[a]!.rank - all[b]!.rank || a - b);
      const mixed = groupsBy(2, order.map((i) => ({ ...all[i]!, content: turned(all[i]!.content) as Content }))); // prettier-ignore
      expect(mixed).toEqual(order.map((i) => groups[i]));
    }),
    { numRuns: Number(process.env['FC_RUNS'] ?? 1000) },
  );
});

const asSorted = (keys: Readonly<Record<string, string>> = {}): [string, string][] =>
  Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1));

test('property 10: over 1,000 events three engines agree on every id, whatever came before', () => {
  const contents = fc.sample(keyed, { seed: 10, numRuns: 1000 });
  const ids = [
    contents.map((_, i) => i),
    contents.map((_, i) => contents.length - 1 - i),
    contents.map((_, i) => (i * 389) % contents.length),
  ].map((order) => {
    const correlate = createCorrelate(COMMON, TENANTS);
    const found: string[] = [];
    for (const i of order) {
      const event = normalized(rawEventOf(contents[i]!));
      event.tenantId = ['acme', 'claims', 'carts'][i % 3]!;
      correlate(event);
      found[i] = event.correlation.correlationId;
    }
    return found;
  });
  expect(new Set(ids[2]).size).toBeGreaterThan(10);
  expect(ids[1]).toEqual(ids[0]);
  expect(ids[2]).toEqual(ids[0]);
});
