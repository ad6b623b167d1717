import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUuidv7, derivedId, nameBasedId, uuidv7 } from './ids.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([78])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const at = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });
const NOW = 1_764_000_000_123;

describe('uuidv7', () => {
  test('carries the millisecond, the version and the variant', () => {
    const id = uuidv7(at(NOW));
    expect(UUID.exec(id)?.[1]).toBe('7');
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(NOW);
  });

  test('ascends and never repeats, also beyond the counter and when the clock steps back', () => {
    const next = createUuidv7();
    const ids = Array.from({ length: 20_000 }, (_, i) => next(at(NOW - (i % 3) * 10)));
    expect(ids).toEqual(ids.toSorted());
    expect(ids.every((id) => UUID.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('follows a clock that was set back for good', () => {
    const next = createUuidv7();
    next(at(NOW + 3_600_000));
    expect(next(at(NOW)).replaceAll('-', '').slice(0, 12)).toBe(NOW.toString(16).padStart(12, '0'));
  });

  test('draws all its randomness from its source', () => {
    const zeros = createUuidv7((bytes) => Buffer.alloc(bytes));
    expect(zeros(at(NOW))).toMatch(/-7000-8000-000000000000$/);
  });
});

describe('nameBasedId', () => {
  test('is permanent', () => {
    expect(nameBasedId('a', 'b')).toBe('16275ef0-f5d0-8b9d-99e0-a53277549fda');
  });

  test('tells apart where one part ends and the next begins', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.array(fc.string({ unit: 'binary' })), (a, b) => {
        const isSame = a.length === b.length && a.every((part, i) => part === b[i]);
        expect(nameBasedId(...a) === nameBasedId(...b)).toBe(isSame);
        expect(UUID.exec(nameBasedId(...a))?.[1]).toBe('8');
      }),
    );
    expect(
      new Set([nameBasedId('ab', 'c'), nameBasedId('a', 'bc'), nameBasedId('abc'), nameBasedId('abc', '')]).size,
    ).toBe(4);
  });
});

describe('derivedId', () => {
  const position = fc.integer({ min: 0, max: 0xffff_ffff });
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test('keeps the whole position, and distinct positions apart', () => {
    fc.assert(
      fc.property(digest, position, position, (bytes, a, b) => {
        const id = derivedId(bytes, a);
        expect(UUID.exec(id)?.[1]).toBe('8');
        expect(Number.parseInt(id.slice(-8), 16)).toBe(a);
        expect(derivedId(bytes, b) === id).toBe(a === b);
      }),
    );
  });

  test('depends on the digest and on nothing that was asked before', () => {
    fc.assert(
      fc.property(digest, digest, position, (a, b, place) => {
        const first = derivedId(a, place);
        derivedId(b, place);
        expect(derivedId(a.slice(), place)).toBe(first);
      }),
    );
    const other = new Uint8Array(32);
    other[11] = 1;
    expect(derivedId(new Uint8Array(32), 1)).not.toBe(derivedId(other, 1));
  });

  test.each([
    [new Uint8Array(11), 0],
    [new Uint8Array(32), -1],
    [new Uint8Array(32), 2 ** 32],
    [new Uint8Array(32), 0.5],
  ])('refuses what would collide (%#)', (bytes, place) => {
    expect(() => derivedId(bytes, place)).toThrow(RangeError);
  });
});
