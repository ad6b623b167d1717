import { expect, test } from 'vitest';
import { rawEventOf } from '../testkit/arbitraries.ts';
import { exampleEvent } from '../testkit/fakes.ts';
import { countCorrelations, METHODS, SINGLETONS } from './count-correlations.ts';
import { createCounters } from './counters.ts';

const correlated = (method: 'trace' | 'singleton', tenantId: string, kind: 'api' | 'otlp') => ({
  slot: 0,
  raw: rawEventOf({}),
  event: exampleEvent({ tenantId, source: { kind }, correlation: { correlationId: 'c', method, confidence: 0 } }),
});

test('events are counted by method, and singletons by tenant and source, over batches', () => {
  const counters = createCounters();
  countCorrelations(
    [
      correlated('trace', 'acme', 'otlp'),
      correlated('singleton', 'acme', 'otlp'),
      correlated('singleton', 'acme', 'api'),
      correlated('singleton', 'acme', 'api'),
      correlated('singleton', 'globex', 'api'),
      { slot: 1, raw: rawEventOf({}) },
    ],
    counters,
  );
  countCorrelations([correlated('trace', 'globex', 'api')], counters);
  expect(counters.of(METHODS)).toEqual({ trace: 2, singleton: 4 });
  const singletons = [...counters.series()].filter(({ component }) => component === SINGLETONS);
  expect(singletons.map(({ tenant, label, count }) => [tenant, label, count])).toEqual([
    ['acme', 'otlp', 1],
    ['acme', 'api', 2],
    ['globex', 'api', 1],
  ]);
});
