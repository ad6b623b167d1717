// One collector's traces in another, and in itself: everything is told once, and telling is not told.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const STEPS = ['validate', 'normalize', 'correlate', 'redact'];
/** Of one event that no collector sent. */
const SPANS = ['append events', 'export sqlite', ...STEPS.map((step) => `process ${step}`), 'receive http'].toSorted();

let directories: string[] = [];
let collectors: CollectorProcess[] = [];

beforeEach(() => {
  directories = [];
  collectors = [];
});
afterEach(async () => {
  await Promise.all(collectors.map((collector) => collector.kill()));
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

interface Options {
  /** Where it sends its traces. */
  readonly to?: string;
  readonly otlp?: string;
  readonly keepAllSpans?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLog?: (line: string) => void;
  /** The text of a processor of the test's own, `faulty`, behind the others. */
  readonly faulty?: string;
}

const start = async ({ to, otlp = '127.0.0.1:0', keepAllSpans = true, env = {}, onLog, faulty }: Options) => {
  const directory = temporaryDirectory();
  directories.push(directory);
  if (faulty !== undefined) writeFileSync(join(directory, 'faulty.ts'), faulty);
  const steps = [...STEPS, ...(faulty === undefined ? [] : ['faulty'])];
  const yaml = `
plugins: [${faulty === undefined ? '' : './faulty.ts'}]
receivers:
  http: { endpoint: '127.0.0.1:0' }
  otlp: { keep_all_spans: ${keepAllSpans}, protocols: { http: { endpoint: '${otlp}' } } }
processors: { ${steps.map((step) => `${step}: {}`).join(', ')} }
exporters: { sqlite: {} }
extensions: { health: { endpoint: '127.0.0.1:0' }, query: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health, query]
  telemetry: { traces: { ${to === undefined ? '' : `otlp: { endpoint: 'http://${to}' }`} } }
  pipelines:
    events: { receivers: [http, otlp], processors: [${steps.join(', ')}], exporters: [sqlite] }
`;
  const quick = { OTEL_BSP_SCHEDULE_DELAY: '50', ...env };
  const collector = await startCollectorProcess({ directory, yaml, env: quick, ...(onLog && { onLog }) });
  collectors.push(collector);
  return collector;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const sendOrder = async ({ endpoints }: CollectorProcess, id: string, status = 202): Promise<void> => {
  const answer = await fetch(`http://${endpoints['http']}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      category: 'business',
      action: 'checkout_started',
      actor: { id: 'u-1', type: 'app_user' },
      object: { type: 'order', id },
      service: { name: 'shop' },
      correlation: { traceId: TRACE, spanId: SPAN },
    }),
  });
  expect(answer.status).toBe(status);
};

const nameOf = ({ source }: CanonicalEvent): string => (source as { type?: string }).type ?? '';
const spansIn = async (collector: CollectorProcess): Promise<CanonicalEvent[]> =>
  (await allEvents(collector)).filter(({ action }) => action === 'x.span');

/** Resolves when `count` spans are stored. */
const spansStored = async (collector: CollectorProcess, count: number): Promise<CanonicalEvent[]> => {
  for (;;) {
    const spans = await spansIn(collector);
    if (spans.length >= count) return spans;
    await delay(50);
  }
};

test('another collector receives a span for each stage, linked to the trace of the event', async () => {
  const second = await start({});
  const first = await start({ to: second.endpoints['otlp/http']! });
  await sendOrder(first, 'o-1');
  const spans = await spansStored(second, SPANS.length);
  expect(spans.map(nameOf).toSorted()).toEqual(SPANS);
  expect(new Set(spans.map(({ service }) => service?.name))).toEqual(new Set(['betalogs-collector']));

  const named = (name: string): CanonicalEvent => spans.find((span) => nameOf(span) === name)!;
  const received = named('receive http');
  const link = { traceId: TRACE, spanId: SPAN };
  expect(received.correlation.links).toEqual([expect.objectContaining(link)]);
  expect(named('export sqlite').correlation.links).toEqual([expect.objectContaining(link)]);
  for (const stage of [...STEPS.map((step) => `process ${step}`), 'append events'])
    expect(named(stage).correlation).toMatchObject({
      traceId: received.correlation.traceId,
      parentSpanId: received.correlation.spanId,
    });
});

test('what a collector receives of its own traces makes no more of them', { timeout: 60_000 }, async () => {
  const otlp = `127.0.0.1:${await freePort()}`;
  const collector = await start({ otlp, to: otlp });
  for (const [i, id] of ['o-1', 'o-2', 'o-3'].entries()) {
    await sendOrder(collector, id);
    await spansStored(collector, (i + 1) * SPANS.length);
    await caughtUp(collector);
  }
  // Spans of the first two orders' spans would have been sent long before those of the third.
  expect((await spansIn(collector)).map(nameOf).toSorted()).toEqual([...SPANS, ...SPANS, ...SPANS].toSorted());
});

test(
  'two collectors that send each other their traces under other names do not answer each other',
  { timeout: 60_000 },
  async () => {
    const [a, b] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const left = await start({ otlp: a, to: b, env: { OTEL_SERVICE_NAME: 'left' } });
    const right = await start({ otlp: b, to: a, env: { OTEL_SERVICE_NAME: 'right' } });
    for (const [i, id] of ['o-1', 'o-2', 'o-3'].entries()) {
      await sendOrder(left, id);
      await spansStored(right, (i + 1) * SPANS.length);
      await caughtUp(right);
    }
    expect((await spansIn(right)).every(({ service }) => service?.name === 'left')).toBe(true);
    expect(await spansIn(right)).toHaveLength(3 * SPANS.length);
    expect(await spansIn(left)).toEqual([]);
  },
);

test('the standard variables are enough, and none means none', async () => {
  const second = await start({});
  const to = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${second.endpoints['otlp/http']}` };
  const silent = await start({ env: { ...to, OTEL_TRACES_EXPORTER: 'none' } });
  await sendOrder(silent, 'o-0');
  expect(await silent.stop()).toBe(0);
  const first = await start({ env: { ...to, OTEL_SERVICE_NAME: 'edge' } });
  await sendOrder(first, 'o-1');
  expect(await first.stop()).toBe(0);
  const spans = await spansStored(second, SPANS.length);
  expect(spans.map(({ service }) => service?.name)).toEqual(SPANS.map(() => 'edge'));
});

test('a receiver of traces that is down costs a line in the log, nothing else', async () => {
  const log: string[] = [];
  const down = `127.0.0.1:${await freePort()}`;
  const collector = await start({
    to: down,
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
    onLog: (line) => log.push(line),
  });
  await sendOrder(collector, 'o-1');
  await sendOrder(collector, 'o-2');
  await caughtUp(collector);
  const told = (): string[] => log.filter((line) => line.includes('own telemetry is not delivered'));
  while (told().length === 0) await delay(50);
  expect(await collector.stop()).toBe(0);
  expect(told()).toHaveLength(1);
});

const FAULTY = `
import { definePlugin, eachEvent, z } from 'betalogs-collector/sdk';
export default definePlugin({
  kind: 'processor',
  type: 'faulty',
  stability: 'experimental',
  summary: 'Has a bug.',
  config: z.strictObject({}),
  create: () => eachEvent(() => { throw new Error('bug'); }),
});
`;

test('a log line names the span in which it was written', async () => {
  const log: string[] = [];
  const second = await start({});
  const first = await start({ to: second.endpoints['otlp/http']!, faulty: FAULTY, onLog: (line) => log.push(line) });
  await sendOrder(first, 'o-1', 503);
  const received = (await spansStored(second, STEPS.length + 2)).find((span) => nameOf(span) === 'receive http')!;
  const line = log
    .map((text) => JSON.parse(text) as Record<string, string>)
    .find(({ pipeline }) => pipeline === 'events');
  const { traceId, spanId } = received.correlation;
  expect(line).toMatchObject({ level: 'error', trace_id: traceId, span_id: spanId });
  const untraced = log.filter((text) => !text.includes(traceId!));
  expect(untraced.length).toBeGreaterThan(0);
});
