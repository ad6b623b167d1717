import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PRIMARY_KEYS, spellingsOf } from '../../plugins/processors/correlate/keys.ts';
import { nameBasedId } from '../../src/event/ids.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { rawEventArbitrary, rawEventOf } from '../../src/testkit/arbitraries.ts';
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
