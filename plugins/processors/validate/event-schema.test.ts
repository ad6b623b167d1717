import { describe, expect, test } from 'vitest';
import { compileEventSchema } from './event-schema.ts';

const SECRET = 'hunter2-value';
const errorsOf = (schema: object, content: Record<string, unknown>): string[] =>
  compileEventSchema(schema)(content).map(({ code, path, message }) => `${code} ${path} ${message}`);
const dataOf = (schema: object): object => ({ properties: { data: schema } });
const inData = (schema: object, value: unknown): string[] =>
  errorsOf(dataOf({ properties: { a: schema } }), { data: { a: value } });

describe('an event against a schema', () => {
  test.each<[string, object, unknown, string[]]>([
    ['fits', { type: 'integer', minimum: 1 }, 1, []],
    ['of another type', { type: 'integer' }, SECRET, ['EVENT_SCHEMA /data/a must be integer']],
    ['too small', { minimum: 5 }, 4, ['EVENT_SCHEMA /data/a must be >= 5']],
    ['none of an enum', { enum: ['x'] }, SECRET, ['EVENT_SCHEMA /data/a must be equal to one of the allowed values']],
    ['a pattern', { pattern: '^[0-9]+$' }, SECRET, ['EVENT_SCHEMA /data/a must match pattern "^[0-9]+$"']],
    ['a format is not asked for', { format: 'email' }, SECRET, []],
    ['missing', { required: ['b'] }, {}, ['EVENT_SCHEMA /data/a/b is required by the schema of its action']],
    ['inherited by every object', { required: ['constructor'] }, {}, [expect.stringContaining('/data/a/constructor')]],
    [
      'not allowed',
      { additionalProperties: false },
      { 'b/~c': 1 },
      ['EVENT_SCHEMA /data/a/b~1~0c is a field that the schema of its action does not allow'],
    ],
    ['unevaluated', { unevaluatedProperties: false }, { b: 1 }, [expect.stringContaining('/data/a/b is a field')]],
    [
      'all errors at once',
      { properties: { b: { type: 'string' }, c: { type: 'string' } } },
      { b: 1, c: 2 },
      ['EVENT_SCHEMA /data/a/b must be string', 'EVENT_SCHEMA /data/a/c must be string'],
    ],
    ['$defs', { $ref: '#/$defs/n', $defs: { n: { type: 'null' } } }, null, []],
  ])('%s', (_, schema, value, errors) => {
    // References are within the document: it is that of the value here.
    const found = '$ref' in schema ? errorsOf(schema, value as never) : inData(schema, value);
    expect(found).toEqual(errors);
    expect(JSON.stringify(found)).not.toContain(SECRET);
  });

  test('two patterns are two', () => {
    const schema = dataOf({ properties: { a: { pattern: '^a$' }, b: { pattern: '^b$' } } });
    expect(errorsOf(schema, { data: { a: 'a', b: 'b' } })).toEqual([]);
    expect(errorsOf(schema, { data: { a: 'b', b: 'a' } })).toHaveLength(2);
  });

  test('integers that kept their digits are numbers', () => {
    const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
    const big = [rawJSON('12345678901234567890')];
    expect(inData({ items: { type: 'integer' } }, big)).toEqual([]);
    expect(inData({ items: { type: 'string' } }, big)).toEqual(['EVENT_SCHEMA /data/a/0 must be string']);
  });

  test('a pattern that would hang V8 takes no time, and a text that is too long matches nothing', () => {
    const evil = { pattern: '^(a+)+$' };
    expect(inData(evil, `${'a'.repeat(16_383)}!`)).toHaveLength(1);
    expect(inData(evil, 'a'.repeat(16_384))).toEqual([]);
    expect(inData(evil, 'a'.repeat(16_385))).toHaveLength(1);
  });

  test('at most fifty errors are told, and of a key its first 64 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`${'k'.repeat(100)}${i}`, i]));
    const errors = compileEventSchema({ additionalProperties: false })(many);
    expect(errors).toHaveLength(50);
    expect(errors[0]?.path).toBe(`/${'k'.repeat(64)}…`);
  });
});

describe('a schema that is none', () => {
  const nested = (levels: number): object => (levels === 0 ? {} : { not: nested(levels - 1) });
  test.each<[string, object, RegExp]>([
    ['a type that does not exist', { type: 'intger' }, /type/],
    ['a keyword that does not exist', { propertys: {} }, /unknown keyword: "propertys"/],
    ['a reference to elsewhere', { $ref: 'https://example.com/other.json' }, /can't resolve reference/],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, /no schema with key or ref/],
    ['a look-ahead', { pattern: '(?=a)' }, /invalid or unsupported Perl syntax/],
    ['a pattern of great length', { pattern: 'a'.repeat(1025) }, /more than 1024 characters/],
    ['great depth', nested(32), /nested more than 32 levels deep/],
    ['a promise', { $async: true }, /./],
  ])('%s', (_, schema, message) => {
    expect(() => compileEventSchema(schema)).toThrow(message);
  });

  test('depth within the bound', () => {
    expect(compileEventSchema(nested(31))({})).toBeInstanceOf(Array);
  });
});
