import { expect, test } from 'vitest';
import { createCounters } from './counters.ts';

test('counts by component, label and tenant; a component tells the sum of its tenants', () => {
  const counters = createCounters();
  counters.add('http', 'accepted', 2, 'acme');
  counters.add('http', 'accepted', 1, 'globex');
  counters.add('http', 'accepted', 3, 'acme');
  counters.add('http', 'busy:disk', 1);
  expect(counters.of('http')).toEqual({ accepted: 6, 'busy:disk': 1 });
  expect(counters.of('otlp')).toEqual({});
  expect([...counters.series()]).toEqual([
    { component: 'http', label: 'accepted', tenant: 'acme', count: 5 },
    { component: 'http', label: 'accepted', tenant: 'globex', count: 1 },
    { component: 'http', label: 'busy:disk', tenant: undefined, count: 1 },
  ]);
});

test('tenants beyond the bound are counted as other, for all components', () => {
  const counters = createCounters(2);
  for (const tenant of ['a', 'b', 'c', 'd', 'a']) counters.add('http', 'accepted', 1, tenant);
  counters.add('otlp', 'accepted', 1, 'e');
  expect([...counters.series()].map(({ component, tenant, count }) => [component, tenant, count])).toEqual([
    ['http', 'a', 2],
    ['http', 'b', 1],
    ['http', 'other', 2],
    ['otlp', 'other', 1],
  ]);
  expect(counters.of('http')).toEqual({ accepted: 5 });
});

test('labels beyond the bound are counted as other', () => {
  const counters = createCounters();
  for (let i = 0; i < 600; i++) counters.add('filter', `drop:${i}`, 1);
  expect(Object.keys(counters.of('filter'))).toHaveLength(501);
  expect(counters.of('filter')['other']).toBe(100);
});
