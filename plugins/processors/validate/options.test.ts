import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawEventOf, ORIGIN } from '../../../src/testkit/arbitraries.ts';
import plugin from './plugin.ts';
import { EventValidator } from './validate.ts';

const folder = mkdtempSync(join(tmpdir(), 'betalogs-schemas-'));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const issuesOf = (options: unknown): string[] => {
  const parsed = plugin.config.safeParse(options);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const errorsOf = (options: unknown, content: Record<string, unknown>): string[] => {
  const { unknown_fields: unknownFields, ...rest } = plugin.config.parse(options) as never as Record<string, never>;
  const validator = new EventValidator({
    unknownFields: unknownFields ?? 'lenient',
    maxFutureMs: 1e9,
    maxAgeMs: 1e9,
    ...rest,
  } as never);
  const verdict = validator.validate(rawEventOf(content), ORIGIN);
  return verdict.verdict === 'reject' ? verdict.errors.map(({ code, path }) => `${code} ${path}`) : [];
};

const INVOICE = {
  properties: { data: { required: ['total'], properties: { total: { type: 'number' } } } },
  required: ['data'],
};
const event = (more: object) => ({ category: 'system', action: 'x.invoice', service: { name: 's' }, ...more });

test.each<[string, () => unknown]>([
  ['inline', () => INVOICE],
  ['in a file', () => written('invoice.json', JSON.stringify(INVOICE))],
  ['as text', () => JSON.stringify(INVOICE)],
])('a schema %s', (_, given) => {
  const options = { schemas: { 'x.invoice': given() } };
  expect(errorsOf(options, event({ data: { total: 1 } }))).toEqual([]);
  expect(errorsOf(options, event({ data: { total: '1' } }))).toEqual(['EVENT_SCHEMA /data/total']);
  expect(errorsOf(options, event({}))).toEqual(['EVENT_SCHEMA /data']);
  expect(errorsOf(options, event({ action: 'x.other' }))).toEqual([]);
});

test('what the field table refuses and what the schema refuses are told together, and of one field once', () => {
  const options = { schemas: { 'x.invoice': { properties: { severity: { type: 'string' } }, required: ['data'] } } };
  expect(errorsOf(options, event({ severity: 99, actor: 5 }))).toEqual([
    'EVENT_FIELD_RANGE /severity',
    'EVENT_FIELD_TYPE /actor',
    'EVENT_SCHEMA /data',
  ]);
});

test.each<[string, () => unknown, string]>([
  ['a file that is not there', () => join(folder, 'none.json'), 'there is no such file'],
  ['a folder', () => folder, 'the file cannot be read (EISDIR)'],
  ['no JSON', () => written('bad.json', '{"type":'), 'is not valid JSON'],
  ['no object', () => written('list.json', '[]'), 'is not a JSON object'],
  ['too large', () => ({ title: 'x'.repeat(65_536) }), 'takes more than 65536 bytes'],
  ['no schema', () => ({ type: 'intger' }), 'schema is invalid'],
])('%s is told under its action', (_, given, words) => {
  const [issue] = issuesOf({ schemas: { 'x.invoice': given() } });
  expect(issue).toMatch(/^schemas\.x\.invoice: expected a JSON Schema/);
  expect(issue).toContain(words);
});

test('too many schemas', () => {
  const schemas = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`x.a${i}`, {}]));
  expect(issuesOf({ schemas })).toEqual(['schemas: expected at most 200 schemas']);
});

test.each<[string, number, Record<string, unknown>, string[]]>([
  ['actor.id', 4, { actor: { id: 'abcde' } }, ['EVENT_FIELD_TOO_LONG /actor/id']],
  ['actor.id', 5, { actor: { id: 'abcde' } }, []],
  [
    'objects',
    1,
    {
      objects: [
        { type: 't', id: '1' },
        { type: 't', id: '2' },
      ],
    },
    ['EVENT_TOO_MANY /objects'],
  ],
  ['objects[].id', 1, { objects: [{ type: 't', id: '12' }] }, ['EVENT_FIELD_TOO_LONG /objects/0/id']],
  [
    'correlation.businessKeys',
    1,
    { correlation: { businessKeys: { a: 'a', b: 'b' } } },
    ['EVENT_TOO_MANY /correlation/businessKeys'],
  ],
  [
    'correlation.businessKeys.*',
    1,
    { correlation: { businessKeys: { a: 'aa' } } },
    ['EVENT_FIELD_TOO_LONG /correlation/businessKeys/a'],
  ],
  ['data.depth', 1, { data: { a: { b: 1 } } }, ['EVENT_TOO_DEEP /data']],
  ['data.leaves', 1, { data: { a: 1, b: 2 } }, ['EVENT_TOO_MANY /data']],
  ['source.name', 1, { source: { name: 'ab' } }, ['EVENT_FIELD_TOO_LONG /source/name']],
])('the limit %s: %d', (path, limit, more, errors) => {
  expect(errorsOf({ limits: { [path]: limit } }, event(more))).toEqual(errors);
});

test.each([
  ['actor.id', 257, 'limits.actor.id: expected at most 256: a limit can only be lowered'],
  ['actor.ident', 5, 'limits.actor.ident: expected a field that has a limit; did you mean "actor.id"?'],
  ['data.depth', 17, 'limits.data.depth: expected at most 16: a limit can only be lowered'],
])('the limit %s: %d is refused', (path, limit, issue) => {
  expect(issuesOf({ limits: { [path]: limit } })).toEqual([issue]);
});
