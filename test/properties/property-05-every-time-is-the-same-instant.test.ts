import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatInstant, parseInstant, type ParsedInstant } from '../../src/event/time.ts';
import { instantArbitrary, rawEventOf, timestampArbitrary } from '../../src/testkit/arbitraries.ts';
import { normalized } from './support.ts';

const instantOf = (sent: string | number): unknown => (parseInstant(sent) as ParsedInstant).instant;

test('property 5: any offset, precision and form gives the instant with its nanoseconds', () => {
  fc.assert(
    fc.property(timestampArbitrary(), ({ sent, instant }) => {
      expect(instantOf(sent)).toEqual(instant);
    }),
  );
});

test('property 5: what is written is read back', () => {
  fc.assert(
    fc.property(instantArbitrary(), (instant) => {
      expect(instantOf(formatInstant(instant))).toEqual(instant);
    }),
  );
});

test('property 5: the canonical event tells the same instant, and keeps a text that read differently', () => {
  fc.assert(
    fc.property(timestampArbitrary(), ({ sent, instant }) => {
      const event = normalized(
        rawEventOf({ category: 'system', action: 'x.tick', service: { name: 's' }, timestamp: sent }),
      );
      expect(instantOf(event.timestamp)).toEqual(instant);
      expect(event.timestampOriginal ?? event.timestamp).toBe(String(sent));
    }),
  );
});
