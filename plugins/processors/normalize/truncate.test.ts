import { describe, expect, test } from 'vitest';
import { type Content } from '../../../src/testkit/arbitraries.ts';
import { TICK, result, eventOf } from './fixtures.ts';
import type { NormalizerOptions } from './normalize.ts';

describe('size', () => {
  const big = {
    ...TICK,
    data: { long: 'x'.repeat(9000), short: 'stays', list: ['y'.repeat(3000)] },
    attributes: { a: 'z'.repeat(4000) },
  };

  test('the longest texts of the payload are cut first', () => {
    const event = eventOf(big, {}, { maxEventBytes: 12_288 });
    expect(event.processing).toMatchObject({ truncated: true, truncatedPaths: ['/data/long'] });
    expect(event.processing.untruncatedSize).toBeGreaterThan(16_000);
    expect(event.data).toMatchObject({ short: 'stays', list: ['y'.repeat(3000)] });
    expect(event.attributes).toEqual({ a: 'z'.repeat(4000) });
  });

  test.each([0, 1, 2, 3])('a cut never halves a character (%d)', (shift) => {
    const data = { long: 'x'.repeat(shift) + '😀'.repeat(3000) };
    const event = eventOf({ ...TICK, data }, {}, { maxEventBytes: 8192 });
    const { long } = event.data as typeof data;
    expect(long.isWellFormed()).toBe(true);
    expect(data.long.startsWith(long)).toBe(true);
    expect(long.length).toBeGreaterThan(1000);
  });

  test('then those of the attributes', () => {
    const event = eventOf(big, {}, { maxEventBytes: 4096 });
    expect(event.processing.truncatedPaths).toEqual(
      expect.arrayContaining(['/data/long', '/data/list/0', '/attributes/a']),
    );
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(4096);
  });

  test.each<[string, Content, Partial<NormalizerOptions>]>([
    ['cutting is off', big, { oversize: 'reject' }],
    ['there is nothing to cut', { ...TICK, changes: [{ path: 'p', after: 'x'.repeat(9000) }] }, {}],
  ])('it is refused where %s', (_, content, options) => {
    expect(result(content, {}, { maxEventBytes: 8192, ...options })).toEqual({
      verdict: 'reject',
      errors: [{ code: 'EVENT_TOO_LARGE', path: '', message: 'takes more than 8192 bytes in canonical form' }],
    });
  });

  test('more than 64 cuts are counted', () => {
    const data = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`k${i}`, 'x'.repeat(1000)]));
    const { processing } = eventOf({ ...TICK, data }, {}, { maxEventBytes: 20_000 });
    expect(processing.truncatedPaths).toHaveLength(64);
    expect(processing.truncatedCount).toBe(80);
  });

  const long = { ...TICK, attributes: { a: `x${'é'.repeat(3000)}`, b: ['x'.repeat(5000), 1] } };
  test('long attributes are cut to whole characters and listed', () => {
    const event = eventOf(long);
    expect(event.attributes).toEqual({ a: `x${'é'.repeat(2047)}`, b: ['x'.repeat(4096), 1] });
    expect(event.processing.truncatedPaths).toEqual(['/attributes/a', '/attributes/b/0']);
  });

  test('surplus attributes move to the payload', () => {
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, i]));
    const event = eventOf({ ...TICK, attributes: many });
    expect(Object.keys(event.attributes ?? {})).toHaveLength(128);
    expect(event.data).toEqual({ attributes: { k128: 128, k129: 129 } });
    expect(event.processing.truncated).toBe(false);
  });

  test('they are refused where cutting is off', () => {
    expect(result(long, {}, { oversize: 'reject' })).toMatchObject({
      errors: [{ code: 'EVENT_FIELD_TOO_LONG', path: '/attributes/a' }, { path: '/attributes/b' }],
    });
  });

  test('the limits of attributes can be lowered', () => {
    const attributes = { a: 'x'.repeat(70), b: 1, c: 2 };
    const attributeLimits = { maxKeys: 2, maxBytes: 64 };
    const event = eventOf({ ...TICK, attributes, stray: true }, {}, { attributeLimits });
    expect(event.attributes).toEqual({ a: 'x'.repeat(64), b: 1 });
    expect(event.data).toEqual({ attributes: { c: 2 }, stray: true });
    expect(event.processing.truncatedPaths).toEqual(['/attributes/a']);
    expect(result({ ...TICK, attributes }, {}, { attributeLimits, oversize: 'reject' })).toMatchObject({
      errors: [{ code: 'EVENT_TOO_MANY' }, { code: 'EVENT_FIELD_TOO_LONG', path: '/attributes/a' }],
    });
  });
});
