// What Prometheus reads, by its exact names.
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { caughtUp } from '../support/query.ts';

let directory = '';
let collector: CollectorProcess | undefined;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(async () => {
  await collector?.kill();
  collector = undefined;
  await rm(directory, { recursive: true, force: true });
});

const yamlWith = (telemetry: string): string => `
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors:
  validate: {}
  normalize: {}
  correlate: {}
  redact: {}
  tenant_filter: { rules: [{ name: noise, when: { action: ['x.noise'] }, then: drop }] }
exporters: { sqlite: {} }
extensions: { health: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health]
  log: { level: error }
  telemetry: ${telemetry}
  pipelines:
    events:
      receivers: [http]
      processors: [validate, normalize, correlate, redact, tenant_filter]
      exporters: [sqlite]
`;

const order = (id: string) => ({
  category: 'business',
  action: 'checkout_started',
  actor: { id: 'u-1', type: 'app_user' },
  object: { type: 'order', id },
  data: { orderId: id },
});
const EVENTS = [
  order('o-1'),
  { ...order('o-2'), data: {} },
  { ...order('o-3'), action: 'x.noise' },
  { category: 'nonsense', action: 'x' },
];

const sendAll = async ({ endpoints }: CollectorProcess): Promise<number> => {
  const answer = await fetch(`http://${endpoints['http']}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(EVENTS),
  });
  return answer.status;
};

/** The page's samples whose values are known, and the names of all. */
const scrape = async ({ endpoints }: CollectorProcess) => {
  const answer = await fetch(`http://${endpoints['metrics']}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  const page = await answer.text();
  const samples = new Map<string, number>();
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf(' ');
    samples.set(line.slice(0, end), Number(line.slice(end + 1)));
  }
  const types = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  return { page, samples, types };
};

test('known events are found under the names and labels that are promised', async () => {
  collector = await startCollectorProcess({ directory, yaml: yamlWith("{ metrics: { endpoint: '127.0.0.1:0' } }") });
  expect(await sendAll(collector)).toBe(207);
  await caughtUp(collector);
  const { samples, types, page } = await scrape(collector);
  const counted = [...samples].filter(([name]) =>
    /^betalogs_(receiver|processor|exporter|dead|correlation)/.test(name),
  );
  expect(Object.fromEntries(counted)).toEqual({
    'betalogs_receiver_events_total{receiver="http",tenant="default",outcome="accepted"}': 2,
    'betalogs_receiver_events_total{receiver="http",tenant="default",outcome="filtered"}': 1,
    'betalogs_receiver_events_total{receiver="http",tenant="default",outcome="rejected"}': 1,
    'betalogs_processor_events_total{processor="validate",verdict="pass",reason=""}': 3,
    'betalogs_processor_events_total{processor="validate",verdict="reject",reason="EVENT_FIELD_ENUM"}': 1,
    'betalogs_processor_events_total{processor="normalize",verdict="pass",reason=""}': 3,
    'betalogs_processor_events_total{processor="correlate",verdict="pass",reason=""}': 3,
    'betalogs_processor_events_total{processor="redact",verdict="pass",reason=""}': 3,
    'betalogs_processor_events_total{processor="tenant_filter",verdict="pass",reason=""}': 2,
    'betalogs_processor_events_total{processor="tenant_filter",verdict="drop",reason="noise"}': 1,
    'betalogs_exporter_events_total{exporter="sqlite",tenant="default",outcome="stored"}': 2,
    'betalogs_correlation_events_total{method="business_key"}': 1,
    'betalogs_correlation_singletons_total{tenant="default",source="api"}': 1,
    'betalogs_correlation_events_total{method="singleton"}': 1,
  });
  expect(samples.get('betalogs_journal_oldest_undelivered_seconds{exporter="sqlite"}')).toBe(0);
  expect(samples.get('betalogs_journal_bytes')).toBeGreaterThan(0);
  expect(samples.get('betalogs_ack_seconds_count')).toBe(1);
  expect(samples.get('betalogs_ack_seconds_bucket{le="+Inf"}')).toBe(1);
  expect(samples.get('betalogs_export_seconds_count')).toBe(1);
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(types).toEqual(
    expect.arrayContaining([
      'betalogs_receiver_events_total counter',
      'betalogs_processor_events_total counter',
      'betalogs_exporter_events_total counter',
      'betalogs_correlation_events_total counter',
      'betalogs_correlation_singletons_total counter',
      'betalogs_journal_bytes gauge',
      'betalogs_journal_oldest_undelivered_seconds gauge',
      'betalogs_ack_seconds histogram',
      'betalogs_export_seconds histogram',
      'process_cpu_seconds_total counter',
    ]),
  );
  // Who runs it and with which arguments is nobody's to read.
  expect(page).not.toContain('target_info');
  expect(page).not.toContain(directory);
});

test('the page is read only, and there is nothing else', async () => {
  collector = await startCollectorProcess({ directory, yaml: yamlWith("{ metrics: { endpoint: '127.0.0.1:0' } }") });
  const url = `http://${collector.endpoints['metrics']}`;
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${url}/`)).status).toBe(404);
});

test.each(['{}', "{ metrics: { endpoint: '127.0.0.1:0', level: none } }"])('%s: no page', async (telemetry) => {
  collector = await startCollectorProcess({ directory, yaml: yamlWith(telemetry) });
  expect(Object.keys(collector.endpoints)).toEqual(['http', 'health']);
});

test('metrics are sent by OTLP', async () => {
  const sent = Promise.withResolvers<{ readonly url: string | undefined; readonly body: string }>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    sent.resolve({ url: request.url, body: await text(request) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const telemetry = `{ metrics: { otlp: { endpoint: '${to}', interval: 200ms } } }`;
  collector = await startCollectorProcess({ directory, yaml: yamlWith(telemetry) });
  const { url, body } = await sent.promise;
  expect(url).toBe('/v1/metrics');
  expect(body).toContain('"betalogs_journal_bytes"');
  expect(body).toContain('betalogs-collector');
  expect(await collector.stop()).toBe(0);
  server.close();
  server.closeAllConnections();
});
