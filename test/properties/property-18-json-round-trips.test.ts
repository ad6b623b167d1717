import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/event/json.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { contentHashOf, sealInto } from '../../src/event/seal.ts';
import { rawEventArbitrary } from '../../src/testkit/arbitraries.ts';
import { asStored, newEngine, normalized } from './support.ts';

const engine = newEngine();
const SHIFT = 7;

const sealed = (event: CanonicalEvent, rawSize = 1): string => {
  const target = Buffer.alloc(65_536);
  const end = sealInto(event, rawSize, target, SHIFT);
  expect(end).toBeGreaterThan(SHIFT);
  return target.toString('utf8', SHIFT, end);
};

const eventArbitrary = rawEventArbitrary().map((raw) => {
  const event = normalized(raw);
  engine.correlate(event);
  return event;
});
const parsed = (line: string): CanonicalEvent => (parseJson(line) as { value: CanonicalEvent }).value;

test('property 18: a sealed line reads back as the event, and seals to the same bytes', () => {
  fc.assert(
    fc.property(eventArbitrary, (event) => {
      const line = sealed(event);
      const { integrity, ...rest } = asStored(parsed(line));
      const { integrity: _, ...expected } = asStored(event);
      expect(rest).toEqual(expected);
      expect(integrity).toMatchObject({ rawSize: 1, contentHash: contentHashOf(event) });
      expect(sealed(parsed(line))).toBe(line);
    }),
  );
});

test('property 18: the hash is over the line without processing and integrity', () => {
  fc.assert(
    fc.property(eventArbitrary, (event) => {
      const { processing: _, integrity, ...core } = parsed(sealed(event));
      expect(integrity.contentHash).toBe(`sha256:${hash('sha256', JSON.stringify(core))}`);
    }),
  );
});

test('property 18: fields of a later 1.x version and integers beyond 2^53 survive', () => {
  const event = fc.sample(eventArbitrary, 1)[0]!;
  const later = `{"later":{"deep":[9007199254740993,-123456789012345678901234567890]},${JSON.stringify(event).slice(1)}`;
  const line = sealed(parsed(later));
  expect(line).toContain('"later":{"deep":[9007199254740993,-123456789012345678901234567890]}');
  expect(sealed(parsed(line))).toBe(line);
});

test('property 18: a target that is one byte too small is refused, one that fits exactly is filled', () => {
  fc.assert(
    fc.property(eventArbitrary, (event) => {
      const { length } = Buffer.from(sealed(event));
      expect(sealInto(event, 1, Buffer.alloc(length - 1), 0)).toBe(-1);
      expect(sealInto(event, 1, Buffer.alloc(length), 0)).toBe(length);
    }),
    { numRuns: 30 },
  );
  const wide = { ...fc.sample(eventArbitrary, 1)[0]!, data: { text: '€'.repeat(1000) } };
  const { length } = Buffer.from(sealed(wide));
  for (let room = length - 2500; room < length; room += 100) expect(sealInto(wide, 1, Buffer.alloc(room), 0)).toBe(-1);
});
