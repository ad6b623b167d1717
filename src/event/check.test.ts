import { expect, test } from 'vitest';
import { z } from 'zod';
import { compileCheck } from './check.ts';
import { canonicalEvent, nativeEvent } from './schema.ts';

const text = (maxBytes: number) => z.string().meta({ maxBytes });
const schema = z.object({
  name: text(6),
  kind: z.enum(['a', 'b']).optional(),
  code: z.string().regex(/^\d+$/).meta({ maxBytes: 4 }).optional(),
  count: z.int().min(1).max(9).optional(),
  ratio: z.number().min(0).optional(),
  on: z.boolean().optional(),
  list: z
    .array(z.object({ id: text(4) }))
    .max(2)
    .optional(),
  flat: z
    .record(text(3), z.union([z.string(), z.number(), z.null()]))
    .meta({ maxKeys: 2 })
    .optional(),
  free: z.record(z.string(), z.unknown()).meta({ maxDepth: 2, maxLeaves: 3 }).optional(),
  either: z.union([text(4), z.object({ id: text(4) })]).optional(),
});
const check = compileCheck(schema);
const exact = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);

test.each<[object, string, string]>([
  [{ name: undefined }, 'EVENT_FIELD_REQUIRED', '/name'],
  [{ name: 5 }, 'EVENT_FIELD_TYPE', '/name'],
  [{ name: null }, 'EVENT_FIELD_TYPE', '/name'],
  [{ name: 'sieben7' }, 'EVENT_FIELD_TOO_LONG', '/name'],
  [{ name: '€€€' }, 'EVENT_FIELD_TOO_LONG', '/name'],
  [{ kind: 'c' }, 'EVENT_FIELD_ENUM', '/kind'],
  [{ kind: 1 }, 'EVENT_FIELD_TYPE', '/kind'],
  [{ code: '1a' }, 'EVENT_FIELD_PATTERN', '/code'],
  [{ count: 0 }, 'EVENT_FIELD_RANGE', '/count'],
  [{ count: 10 }, 'EVENT_FIELD_RANGE', '/count'],
  [{ count: 1.5 }, 'EVENT_FIELD_RANGE', '/count'],
  [{ count: '1' }, 'EVENT_FIELD_TYPE', '/count'],
  [{ count: exact('12345678901234567890') }, 'EVENT_FIELD_RANGE', '/count'],
  [{ ratio: Number.NaN }, 'EVENT_FIELD_RANGE', '/ratio'],
  [{ ratio: Infinity }, 'EVENT_FIELD_RANGE', '/ratio'],
  [{ ratio: -1 }, 'EVENT_FIELD_RANGE', '/ratio'],
  [{ on: 'true' }, 'EVENT_FIELD_TYPE', '/on'],
  [{ list: {} }, 'EVENT_FIELD_TYPE', '/list'],
  [{ list: [{ id: 'a' }, { id: 1 }] }, 'EVENT_FIELD_TYPE', '/list/1/id'],
  [{ list: [{ id: 'a' }, {}] }, 'EVENT_FIELD_REQUIRED', '/list/1/id'],
  [{ list: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }, 'EVENT_TOO_MANY', '/list'],
  [{ flat: { a: {} } }, 'EVENT_FIELD_TYPE', '/flat/a'],
  [{ flat: { 'a/~': true } }, 'EVENT_FIELD_TYPE', '/flat/a~1~0'],
  [{ flat: { long: 1 } }, 'EVENT_FIELD_TOO_LONG', '/flat/long'],
  [{ flat: { a: 1, b: 2, c: 3 } }, 'EVENT_TOO_MANY', '/flat'],
  [{ flat: exact('12345678901234567890') }, 'EVENT_FIELD_TYPE', '/flat'],
  [{ free: { a: { b: { c: 1 } } } }, 'EVENT_TOO_DEEP', '/free'],
  [{ free: { a: [[]] } }, 'EVENT_TOO_DEEP', '/free'],
  [{ free: { a: 1, b: { c: 2, d: 3 }, e: 4 } }, 'EVENT_TOO_MANY', '/free'],
  [{ free: [] }, 'EVENT_FIELD_TYPE', '/free'],
  [{ either: 5 }, 'EVENT_FIELD_TYPE', '/either'],
  [{ either: 'fünf' }, 'EVENT_FIELD_TOO_LONG', '/either'],
  [{ either: { id: 5 } }, 'EVENT_FIELD_TYPE', '/either/id'],
])('%j is refused with %s at %s', (fields, code, path) => {
  expect(check({ name: 'n', ...fields })).toEqual([{ code, path, message: expect.stringMatching(/^(must|is|has) /) }]);
});

test.each<[object]>([
  [{ name: 'sechs6' }],
  [{ name: '€€' }],
  [{ flat: { a: exact('12345678901234567890') } }],
  [{ ratio: exact('12345678901234567890') }],
  [{ free: { a: { b: exact('12345678901234567890') } } }],
  [{ free: { a: { rawJSON: '1' } } }],
  [{ kind: undefined }],
  [{ unknown: 1 }],
])('%j passes', (fields) => {
  expect(check({ name: 'n', ...fields })).toEqual([]);
});

test.each([[null], [5], ['x'], [[]], [undefined]])('the value %j is no event', (value) => {
  expect(check(value)).toEqual([{ code: 'EVENT_FIELD_TYPE', path: '', message: 'must be an object' }]);
});

test('all errors are told at once, up to fifty, and one check forgets the one before', () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [String(i), true]));
  expect(compileCheck(z.record(z.string(), z.string()))(many)).toHaveLength(50);
  expect(check({ kind: 'c', on: 1 }).map(({ path }) => path)).toEqual(['/kind', '/on', '/name']);
  expect(check({ name: 'n' })).toEqual([]);
});

test('the message lists what is allowed', () => {
  expect(check({ name: 'n', kind: 'c' })[0]?.message).toBe('must be one of a, b');
  expect(check({ name: 'n', either: 1 })[0]?.message).toBe('must be a string or an object');
  expect(check({ name: 'n', count: 0 })[0]?.message).toBe('must be an integer from 1 to 9');
});

test('a key that the schema does not know is told in the words given, at every level', () => {
  const strict = compileCheck(schema, (key, known) => `is unknown (${key.length} of ${known.length})`);
  expect(strict({ name: 'n', nam: 1, list: [{ id: 'a', idd: 1 }] })).toEqual([
    { code: 'EVENT_FIELD_UNKNOWN', path: '/nam', message: 'is unknown (3 of 10)' },
    { code: 'EVENT_FIELD_UNKNOWN', path: '/list/0/idd', message: 'is unknown (3 of 1)' },
  ]);
});

test('a path shows no more than 64 characters of a key', () => {
  const [error] = check({ name: 'n', flat: { [`${'k'.repeat(63)}😀secret`]: 1 } });
  expect(error?.path).toBe(`/flat/${'k'.repeat(63)}\ufffd…`);
});

test.each([
  ['a kind', z.object({ a: z.bigint() })],
  ['a check', z.object({ a: z.string().min(1) })],
  ['a limit in characters', z.object({ a: z.string().max(9) })],
  ['a union by value', z.object({ a: z.union([z.string(), z.enum(['a'])]) })],
])('%s that is not compiled fails when compiled, not when used', (_, unknown) => {
  expect(() => compileCheck(unknown)).toThrow(TypeError);
});

test('both schemas of the event compile', () => {
  expect(compileCheck(nativeEvent)({})).toHaveLength(2);
  expect(compileCheck(canonicalEvent)({}).length).toBeGreaterThan(10);
});
