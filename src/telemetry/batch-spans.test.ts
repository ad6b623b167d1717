import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BatchItem, ExportOutcome } from '../sdk/index.ts';
import { exampleEvents, storedBatch } from '../testkit/fakes.ts';
import { createBatchSpans } from './batch-spans.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test');
const manager = new AsyncLocalStorageContextManager();

beforeEach(() => void context.setGlobalContextManager(manager.enable()));
afterEach(() => {
  exporter.reset();
  context.disable();
});

const spansOf = (sampleRatio = 1, random = () => 0.5) =>
  createBatchSpans({ tracer, serviceName: 'me', sampleRatio, random });
const item = (content: Record<string, unknown>, slot = 0): BatchItem => ({
  slot,
  raw: { content, source: { kind: 'api', receiver: 'http' }, receivedAt: { seconds: 0, nanos: 0 }, rawSize: 1 },
});
const activeSpanId = (): string | undefined => trace.getSpanContext(context.active())?.spanId;

test('a batch has a span, its stages are in it, and it is linked to the traces of its events', async () => {
  const span = spansOf().receive('http', 'acme', [item({ traceId: TRACE, spanId: SPAN }), item({}, 1)])!;
  const seen = await span.run(async () => {
    await Promise.resolve();
    span.begin('process', 'validate')();
    return activeSpanId();
  });
  span.end();
  const [step, received] = exporter.getFinishedSpans();
  expect(received).toMatchObject({
    name: 'receive http',
    kind: SpanKind.CONSUMER,
    attributes: { 'betalogs.receiver': 'http', 'betalogs.tenant': 'acme', 'betalogs.events': 2 },
    links: [{ context: { traceId: TRACE, spanId: SPAN, isRemote: true } }],
  });
  expect(step).toMatchObject({
    name: 'process validate',
    parentSpanContext: { spanId: received!.spanContext().spanId },
  });
  expect(seen).toBe(received!.spanContext().spanId);
});

test('it is a root, whatever is active around it', () => {
  const outer = tracer.startSpan('outer');
  context.with(trace.setSpan(context.active(), outer), () =>
    spansOf()
      .receive('http', 'acme', [item({})])!
      .end(),
  );
  expect(exporter.getFinishedSpans()[0]!.parentSpanContext).toBeUndefined();
});

test.each([
  ['of the collector alone', [item({ service: { name: 'me' } })], 1, 0.5],
  ['not sampled', [item({})], 0.1, 0.5],
])('a batch that is %s has none', (_, items, ratio, random) => {
  expect(spansOf(ratio, () => random).receive('http', 'acme', items)).toBeUndefined();
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test('an attempt at a store has a span that is active meanwhile and says what became of it', async () => {
  const outcomes: ExportOutcome[] = [{ status: 'stored' }, { status: 'retry', reason: 'busy' }];
  let during: string | undefined;
  const answered = await spansOf().export('sqlite', storedBatch(exampleEvents(2)), async () => {
    during = activeSpanId();
    return outcomes;
  });
  const [span] = exporter.getFinishedSpans();
  expect(answered).toBe(outcomes);
  expect(during).toBe(span!.spanContext().spanId);
  expect(span).toMatchObject({
    name: 'export sqlite',
    kind: SpanKind.PRODUCER,
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'betalogs.events': 2, 'betalogs.stored': 1, 'betalogs.outcome': 'retry' },
  });
});

test('an attempt that throws ends its span and throws on', async () => {
  const attempt = spansOf().export('sqlite', storedBatch(exampleEvents(1)), () => Promise.reject(new Error('bug')));
  await expect(attempt).rejects.toThrow('bug');
  expect(exporter.getFinishedSpans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
});

test("an attempt with the collector's own events alone is made without a span", async () => {
  const own = storedBatch(exampleEvents(2, () => ({ service: { name: 'me' } })));
  expect(await spansOf().export('sqlite', own, async () => [{ status: 'stored' }])).toHaveLength(1);
  expect(exporter.getFinishedSpans()).toEqual([]);
});
