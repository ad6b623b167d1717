import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isQueryFault, parseQuery, QUERY_PARAMETERS, type ParsedQuery, type QueryFault } from './parse-query.ts';

const NOW = { seconds: 1_795_428_000, nanos: 5 };
const parse = (query: string, now = false): ParsedQuery | QueryFault =>
  parseQuery(new URLSearchParams(query), now ? { now: NOW } : {});

test.each<[string, ParsedQuery]>([
  ['', { filter: {}, limit: 100 }],
  ['limit=1&cursor=abc&tenant=acme', { filter: {}, limit: 1, cursor: 'abc', tenant: 'acme' }],
  ['limit=1000', { filter: {}, limit: 1000 }],
  [
    'category=security&outcome=denied&action=permission_denied&actor=u%20%2B1&object=order:1&service=a&correlation=c',
    {
      filter: {
        category: 'security',
        outcome: 'denied',
        action: 'permission_denied',
        actor: 'u +1',
        object: 'order:1',
        service: 'a',
        correlation: 'c',
      },
      limit: 100,
    },
  ],
  [`trace=${'AB'.repeat(16)}`, { filter: { trace: 'ab'.repeat(16) }, limit: 100 }],
  ['text=two+words', { filter: { text: 'two words' }, limit: 100 }],
  ['since=2026-11-23T10:00:00.000000001Z', { filter: { sinceNs: 1_795_428_000_000_000_001n }, limit: 100 }],
  ['since=2026-11-23T12:00:00%2B02:00', { filter: { sinceNs: 1_795_428_000_000_000_000n }, limit: 100 }],
  ['until=1795428000', { filter: { untilNs: 1_795_428_000_000_000_000n }, limit: 100 }],
  ['until=1795428000123', { filter: { untilNs: 1_795_428_000_123_000_000n }, limit: 100 }],
])('%s', (query, expected) => {
  expect(parse(query)).toEqual(expected);
});

test.each([
  ['15m', 900n],
  ['2h', 7200n],
  ['7d', 604_800n],
  ['30s', 30n],
])('on the command line %s is that long ago', (text, seconds) => {
  expect(parse(`since=${text}`, true)).toEqual({
    filter: { sinceNs: 1_795_428_000_000_000_005n - seconds * 1_000_000_000n },
    limit: 100,
  });
  expect(isQueryFault(parse(`since=${text}`))).toBe(true);
});

describe('refuses', () => {
  test.each([
    ['limit=0', '/limit', 'expected 1 to 1000'],
    ['limit=1001', '/limit', 'expected 1 to 1000'],
    ['limit=1e2', '/limit', 'expected 1 to 1000'],
    ['limit=-1', '/limit', 'expected 1 to 1000'],
    ['category=Security', '/category', 'expected one of business, system, delivery, security'],
    ['trace=xyz', '/trace', 'expected 32 hexadecimal digits'],
    ['since=yesterday', '/since', 'expected a time in RFC 3339, or since 1970 in s, ms, µs or ns'],
    ['until=2026-02-30T00:00:00Z', '/until', 'expected a time in RFC 3339, or since 1970 in s, ms, µs or ns'],
    ['text=!!!', '/text', 'expected words, of at most 512 characters together'],
    ['actor=', '/actor', 'expected 1 to 512 characters'],
    [`actor=${'x'.repeat(513)}`, '/actor', 'expected 1 to 512 characters'],
    ['action=a&action=b', '/action', 'is given twice'],
    ['cursor=', '/cursor', 'expected the next of the page before'],
  ])('%s', (query, path, message) => {
    expect(parse(query)).toEqual({ faults: [{ code: 'QUERY_PARAMETER_INVALID', path, message }] });
  });

  test.each([
    ['categroy', 'category'],
    ['Actor', 'actor'],
    ['corelation', 'correlation'],
    ['untl', 'until'],
  ])('%s, and says that %s was meant', (name, meant) => {
    expect(parse(`${name}=x`)).toEqual({
      faults: [
        { code: 'QUERY_PARAMETER_UNKNOWN', path: '', message: `a parameter is unknown; did you mean "${meant}"?` },
      ],
    });
  });

  test('all that is wrong at once, and repeats nothing of it', () => {
    const answer = parse('CANARYCANARYCANARY=1&limit=CANARY&since=CANARY&category=CANARY&trace=CANARY');
    expect(isQueryFault(answer) && answer.faults).toHaveLength(5);
    expect(JSON.stringify(answer)).not.toContain('CANARY');
  });

  test('names of the object prototype, like any other unknown one', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect(isQueryFault(parse(`${name}=x`))).toBe(true);
  });
});

test('is total: any parameters are a question or faults', () => {
  const names = fc.oneof(fc.constantFrom(...QUERY_PARAMETERS), fc.string());
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.string({ unit: 'binary' })), { maxLength: 6 }), (parameters) => {
      const answer = parseQuery(parameters);
      if (isQueryFault(answer)) expect(answer.faults.length).toBeGreaterThan(0);
      else expect(answer.limit).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});
