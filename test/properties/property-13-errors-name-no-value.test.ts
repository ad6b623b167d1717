import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_ERROR_CODES } from '../../src/event/error-codes.ts';
import { nativeEventArbitrary, rawEventOf, type Content } from '../../src/testkit/arbitraries.ts';
import { asStored, errorsOf, newNormalizer, newValidator, normalized } from './support.ts';

const CANARY = 'Canary-7Zq9';
/** Replaces one field, anywhere in the event, by a canary of a wrong type or form. */
const broken = (content: Content, pick: number, poison: unknown): Content => {
  const places: (() => void)[] = [];
  const copy = structuredClone(content);
  const walk = (container: Record<string, unknown>): void => {
    for (const key of Object.keys(container)) {
      places.push(() => {
        container[key] = poison;
      });
      const inner = container[key];
      if (typeof inner === 'object' && inner !== null) walk(inner as Record<string, unknown>);
    }
  };
  walk(copy);
  places[pick % places.length]!();
  return copy;
};

const poison = fc.constantFrom<unknown>(CANARY, [CANARY], { inner: CANARY }, CANARY.repeat(500));

test.each(['lenient', 'strict'] as const)(
  'property 13: an error names path and rule, never the value (%s)',
  (unknownFields) => {
    const validator = newValidator({ unknownFields });
    fc.assert(
      fc.property(nativeEventArbitrary(), fc.nat(), poison, (content, pick, value) => {
        for (const error of errorsOf(validator, rawEventOf(broken(content, pick, value)))) {
          expect(JSON.stringify(error)).not.toContain(CANARY);
          expect(Object.keys(EVENT_ERROR_CODES)).toContain(error.code);
          expect(error.path).toMatch(/^(\/[^/]*)*$/);
          expect(error.message.length).toBeGreaterThan(5);
        }
      }),
      { numRuns: 500 },
    );
  },
);

test('property 13: what was cut is listed with its path, and the event fits', () => {
  const normalizer = newNormalizer({ maxEventBytes: 16_384 });
  const long = fc.integer({ min: 0, max: 30_000 }).map((length) => 'é'.repeat(length));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b/c', 'd~'), long),
      fc.array(long, { maxLength: 3 }),
      (data, list) => {
        const content = { category: 'system', action: 'x.big', data: { ...data, list } };
        const event = normalized(rawEventOf(content), normalizer);
        const listed = new Set(event.processing.truncatedPaths);
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(16_384);
        expect(event.processing.truncated).toBe(listed.size > 0);
        const stored = asStored(event.data) as Record<string, unknown>;
        for (const [key, text] of Object.entries(data)) {
          const path = `/data/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
          expect(listed.has(path)).toBe(stored[key] !== text);
          expect(text.startsWith(stored[key] as string)).toBe(true);
        }
        for (const [i, text] of list.entries())
          expect(listed.has(`/data/list/${i}`)).toBe((stored['list'] as string[])[i] !== text);
      },
    ),
    { numRuns: 60 },
  );
});
