import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AckSet } from './ack-set.ts';

const span = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 5 }));

test('holds what a plain set holds, as a low-water mark and the fewest ranges above it', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 40 }), (spans) => {
      const acks = new AckSet(0);
      const plain = new Set<number>();
      for (const [from, extra] of spans) {
        acks.add(from, from + extra);
        for (let sequence = from; sequence <= from + extra; sequence++) plain.add(sequence);
      }
      for (let sequence = 1; sequence <= 70; sequence++) expect(acks.has(sequence)).toBe(plain.has(sequence));
      expect(plain.has(acks.low + 1)).toBe(false);
      let before = acks.low;
      for (const [from, to] of acks.ranges) {
        expect(from).toBeGreaterThan(before + 1);
        expect(to).toBeGreaterThanOrEqual(from);
        before = to;
      }
      expect(new AckSet(acks.low, acks.ranges)).toEqual(acks);
    }),
  );
});
