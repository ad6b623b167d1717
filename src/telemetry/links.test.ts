import { expect, test } from 'vitest';
import type { RawEvent } from '../event/raw-event.ts';
import { exampleEvent } from '../testkit/fakes.ts';
import { examine, factsOfEvent, factsOfRaw, referencesOf, type TraceFacts } from './links.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const raw = (content: RawEvent['content'], traceparent?: string): RawEvent => ({
  content,
  source: { kind: 'api', receiver: 'http', ...(traceparent !== undefined && { traceparent }) },
  receivedAt: { seconds: 0, nanos: 0 },
  rawSize: 1,
});
const facts = (...spanIds: string[]): TraceFacts => ({
  isOwn: false,
  references: spanIds.map((spanId) => ({ traceId: TRACE, spanId, traceFlags: 0 })),
});

test.each<[string, RawEvent, readonly string[]]>([
  ['ids in its correlation', raw({ correlation: { traceId: TRACE, spanId: SPAN } }), [SPAN]],
  ['ids at the top', raw({ traceId: TRACE, spanId: SPAN }), [SPAN]],
  ['a traceparent', raw({ correlation: { traceparent: `00-${TRACE}-${SPAN}-01` } }), [SPAN]],
  ['the hop', raw({}, `00-${TRACE}-${SPAN}-01`), [SPAN]],
  [
    'its own before the hop',
    raw({ traceId: TRACE, spanId: SPAN }, `00-${TRACE}-00f067aa0ba902b7-01`),
    [SPAN, '00f067aa0ba902b7'],
  ],
  ['a trace without a span', raw({ traceId: TRACE }), []],
  ['ids that are none', raw({ traceId: TRACE.toUpperCase(), spanId: 7 }), []],
  ['sections that are none', raw({ correlation: 'x', service: [1], attributes: null }), []],
])('a raw event with %s', (_, event, spanIds) => {
  expect(factsOfRaw(event, 'me').references.map(({ spanId }) => spanId)).toEqual(spanIds);
});

test.each<[string, RawEvent['content'], boolean]>([
  ['its own service', { service: { name: 'me' } }, true],
  ['another service', { service: { name: 'you' } }, false],
  [
    'another collector, whatever it is called',
    { service: { name: 'you' }, attributes: { 'otel.scope.name': 'betalogs-collector' } },
    true,
  ],
  ['nobody', {}, false],
])('%s: own is %s', (_, content, isOwn) => {
  expect(factsOfRaw(raw(content), 'me').isOwn).toBe(isOwn);
});

test('a canonical event tells the same', () => {
  const correlation = {
    correlationId: 'c',
    method: 'trace',
    confidence: 1,
    traceId: TRACE,
    spanId: SPAN,
    traceFlags: 1,
  } as const;
  expect(factsOfEvent(exampleEvent({ correlation, service: { name: 'me' } }), 'me')).toEqual({
    isOwn: true,
    references: [{ traceId: TRACE, spanId: SPAN, traceFlags: 1 }],
  });
  expect(factsOfEvent(exampleEvent(), 'me')).toEqual({ isOwn: false, references: [] });
});

test('a large batch is looked at evenly, at 32 places at most', () => {
  const positions: number[] = [];
  examine(3200, (i) => {
    positions.push(i);
    return facts();
  });
  expect(positions).toHaveLength(32);
  expect(positions.slice(0, 3)).toEqual([0, 100, 200]);
  expect(examine(5, () => facts())).toHaveLength(5);
});

test('a span is linked once, and 32 at most', () => {
  expect(referencesOf([facts(SPAN), facts(SPAN)])).toHaveLength(1);
  const many = Array.from({ length: 40 }, (_, i) => facts(`${i}`.padStart(16, 'a'), `${i}`.padStart(16, 'b')));
  expect(referencesOf(many)).toHaveLength(32);
});
