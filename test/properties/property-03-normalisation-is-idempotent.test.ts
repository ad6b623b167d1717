import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCheck } from '../../src/event/check.ts';
import { canonicalEvent, type CanonicalEvent } from '../../src/event/schema.ts';
import { sealInto } from '../../src/event/seal.ts';
import { rawEventArbitrary, rawEventOf, type Content } from '../../src/testkit/arbitraries.ts';
import { asStored, nativeFields, normalized } from './support.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, shuffled(inner)])
      .toReversed(),
  );
};

test('property 3: normalising what was normalised changes nothing', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const first = normalized(structuredClone(raw));
      const second = normalized({ ...rawEventOf(nativeFields(first)), source: raw.source });
      // The second has nothing to warn of in a time that is canonical, and another sender's text to fingerprint.
      expect(withoutEdge(second)).toEqual(withoutEdge(first));
      expect(second.eventId).toBe(first.eventId);
    }),
  );
});

const withoutEdge = (event: CanonicalEvent): Content => {
  const { integrity: _, processing: __, timestampOriginal: ___, timestampSource: ____, ...fields } = asStored(event);
  return fields;
};

test('property 3: the order of keys changes neither the event nor its fingerprint', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const mirrored = { ...raw, content: shuffled(raw.content) as Content };
      expect(asStored(normalized(mirrored))).toEqual(asStored(normalized(structuredClone(raw))));
    }),
  );
});

test('property 3: typed sections come out in one order, byte for byte', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const mirrored = { ...raw, content: shuffled(raw.content) as Content };
      const { data: _, attributes: __, ...mirror } = asStored(normalized(mirrored));
      const { data: ___, attributes: ____, ...plain } = asStored(normalized(structuredClone(raw)));
      expect(JSON.stringify(mirror)).toBe(JSON.stringify(plain));
    }),
  );
});

test('property 3: what leaves normalize is canonical', () => {
  const check = compileCheck(canonicalEvent);
  const line = Buffer.alloc(65_536);
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const end = sealInto(normalized(raw), raw.rawSize, line, 0);
      expect(check(JSON.parse(line.toString('utf8', 0, end)))).toEqual([]);
    }),
  );
});
