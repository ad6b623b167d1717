import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { exampleEvent, exampleEvents, storedBatch } from '../../../src/testkit/index.ts';
import { documentsOf, encodeBulk, ownIdOf } from './encode.ts';
import { aliasOf, endOfIndexMs, monthOf } from './months.ts';
import { lineOf } from './opaque.ts';

const encoded = (events: readonly CanonicalEvent[]): { actions: unknown[]; sources: string[] } => {
  const batch = storedBatch(events);
  const { documents } = documentsOf(batch, 'act-');
  const { body, ends } = encodeBulk(batch, documents);
  expect(ends.at(-1)).toBe(body.length);
  const lines = body.toString().trimEnd().split('\n');
  const actions = lines.filter((_, i) => i % 2 === 0).map((line) => JSON.parse(line) as unknown);
  return { actions, sources: lines.filter((_, i) => i % 2 === 1) };
};

describe('encodeBulk', () => {
  test('one event: its action, its line as it is, and what is searched', () => {
    const event = exampleEvent({ data: { 'a.b': 1, a: 'Ünï' } });
    const { actions, sources } = encoded([event]);
    expect(actions).toEqual([{ create: { _index: 'act-2026.11', _id: event.eventId, routing: 'acme' } }]);
    const core = JSON.stringify(event).slice(0, -1);
    expect(sources).toEqual([`${core},"_ns":1795428000000000001,"_words":"checkout started u 42 o 1001 uni "}`]);
  });

  test.each([
    ['1969-12-31T23:59:59.999999999Z', '1969.12', '-1'],
    ['1970-01-01T00:00:00Z', '1970.01', '0'],
    ['1970-01-01T00:00:00.000000007Z', '1970.01', '7'],
    ['2026-12-31T23:59:59.5Z', '2026.12', '1798761599500000000'],
    ['1700-02-28T00:00:00Z', '1700.02', '-8515324800000000000'],
  ])('the month and the nanoseconds of %s', (timestamp, month, ns) => {
    const { actions, sources } = encoded([exampleEvent({ timestamp })]);
    expect(actions).toMatchObject([{ create: { _index: `act-${month}` } }]);
    expect(/"_ns":(-?\d+)/.exec(sources[0]!)?.[1]).toBe(ns);
  });

  test('whatever the sender wrote comes back as it was', () => {
    const values = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }));
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (datas) => {
        const events = exampleEvents(datas.length, (i) => ({ data: datas[i]! }));
        const lines = events.map((event) => JSON.stringify(event));
        expect(encoded(events).sources.map(lineOf)).toEqual(lines);
      }),
    );
  });

  test.each<[string, CanonicalEvent['data']]>([
    ['string', { note: 'x'.repeat(33_000) }],
    ['key', { ['k'.repeat(33_000)]: 1 }],
    ['path', { ['k'.repeat(20_000)]: { ['l'.repeat(20_000)]: true } }],
    ['string in a list', { list: [[{ a: 'ü'.repeat(17_000) }]] }],
  ])('an immense %s is kept as text, and comes back as it was', (_, data) => {
    const event = exampleEvent({ data, attributes: { a: 1 } });
    const [source] = encoded([event]).sources;
    expect(JSON.parse(source!)).not.toHaveProperty('data');
    expect(JSON.parse(source!)).not.toHaveProperty('attributes');
    expect(lineOf(source!)).toBe(JSON.stringify(event));
  });

  test('a long event of short strings is stored as it is', () => {
    const event = exampleEvent({
      data: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i, 'x'.repeat(200)])),
    });
    expect(JSON.parse(encoded([event]).sources[0]!)).toHaveProperty('data');
  });

  test('text that looks like what is added is left alone', () => {
    const event = exampleEvent({
      data: { x: ',"_ns":1,"_words":"' },
      attributes: { _line: '{}', _ns: 1, _words: 'x' },
    });
    expect(lineOf(encoded([event]).sources[0]!)).toBe(JSON.stringify(event));
  });

  test('a thousand small events with much text in few bytes find room', () => {
    const events = exampleEvents(1000, () => ({ description: '\uFDFA'.repeat(300) }));
    expect(encoded(events).sources.map(lineOf)).toEqual(events.map((event) => JSON.stringify(event)));
  });
});

test('a buffer that is written over gives the same bytes, larger or smaller than before', () => {
  const scratch = {};
  for (const count of [3, 1, 400, 2]) {
    const batch = storedBatch(exampleEvents(count, (i) => ({ data: { i, text: 'ü'.repeat(i) } })));
    const { documents } = documentsOf(batch, 'act-');
    expect(encodeBulk(batch, documents, scratch)).toEqual(encodeBulk(batch, documents));
  }
});

test('what cannot be a document is refused alone, by a code that names no value', () => {
  const events = [
    exampleEvent(),
    exampleEvent({ tenantId: 'a"b' }),
    exampleEvent({ eventId: '"},"x' }),
    exampleEvent({ timestamp: '2300-01-01T00:00:00Z' }),
  ];
  const { documents, refused } = documentsOf(storedBatch(events), 'act-');
  expect(documents.map(({ position }) => position)).toEqual([0]);
  expect(refused.map(({ position, code }) => [position, code])).toEqual([
    [1, 'tenant_invalid'],
    [2, 'line_invalid'],
    [3, 'time_out_of_range'],
  ]);
});

test('the id of its own holds the tenant', () => {
  expect(ownIdOf({ position: 0, index: 'i', id: 'x', tenant: 'acme' })).toBe('acme~x');
});

test('names of months and aliases', () => {
  expect(monthOf({ seconds: 1_795_000_000, nanos: 0 })).toBe('2026.11');
  expect(endOfIndexMs('act-', 'act-2026.12')).toBe(Date.UTC(2027, 0, 1));
  for (const name of ['act-2026.13', 'act-2026.1', 'x-2026.12', 'act-t-2026.12', 'act-2026.12-old', 'ACT-2026.12']) {
    expect(endOfIndexMs('act-', name)).toBeUndefined();
  }
});

test('no two tenants share an alias, and no alias is a pattern or a month', () => {
  const tenants = ['a.b', 'a:b', 'a_b', 'a_2eb', 'A.b', 'ab', 'a-b', '2026.11'];
  const aliases = tenants.map((tenant) => aliasOf('act-', tenant));
  expect(new Set(aliases).size).toBe(tenants.length);
  expect(aliases.slice(0, 4)).toEqual(['act-t-a_2eb', 'act-t-a_3ab', 'act-t-a_5fb', 'act-t-a_5f2eb']);
  for (const alias of aliases) expect(alias).toMatch(/^act-t-[A-Za-z0-9_-]+$/);
});
