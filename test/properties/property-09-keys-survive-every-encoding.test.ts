import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Content,
  rawEventArbitrary,
  rawEventOf,
  spanIdArbitrary,
  traceIdArbitrary,
} from '../../src/testkit/arbitraries.ts';
import { ENCODINGS, processed } from './encodings.ts';
import { asStored } from './support.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

const text = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' });
const name = fc
  .oneof(fc.constantFrom('orderId', 'cartId', 'order.id', 'own_key', ''), text)
  .filter((key) => key !== '__proto__');
const hop = fc.record(
  { traceId: traceIdArbitrary(), spanId: spanIdArbitrary(), type: text, role: text },
  { requiredKeys: ['traceId'] },
);

/** All that an event can say of where it belongs. */
const correlationArbitrary = fc.record(
  {
    correlationId: fc.oneof(fc.uuid(), fc.constant('order/42')),
    traceId: traceIdArbitrary(),
    spanId: spanIdArbitrary(),
    parentSpanId: spanIdArbitrary(),
    traceFlags: fc.integer({ min: 0, max: 255 }),
    traceState: fc.constantFrom('a=1', 'vendor@sys=x,b=2'),
    businessKeys: fc.dictionary(name, fc.oneof(text, fc.nat()), { maxKeys: 6, noNullPrototype: true }),
    causationId: text,
    sessionId: text,
    links: fc.array(hop, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const eventArbitrary = fc
  .tuple(rawEventArbitrary(), correlationArbitrary)
  .map(([{ content, source }, correlation]) => rawEventOf({ ...content, correlation }, { source }));

/** A group of one is named for the event's own id, which a mapping does not carry over. */
const keysOf = (event: unknown): Content => {
  const { correlation, eventId } = asStored(event) as { correlation: Content; eventId: string };
  return correlation['correlationId'] === eventId ? { ...correlation, correlationId: 'its own' } : correlation;
};

test.each(ENCODINGS)('property 9: trace, span and business keys survive $name', ({ there }) => {
  fc.assert(
    fc.property(eventArbitrary, (raw) => {
      const event = processed(raw);
      const before = keysOf(event);
      expect(keysOf(there(event))).toEqual(before);
    }),
    { numRuns },
  );
});
