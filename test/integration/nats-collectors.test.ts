// Gateways and workers as processes of their own around a real nats-server, and what becomes of acknowledged events when
// any of them is killed.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CollectorProcess, startCollectorProcess, temporaryDirectory } from '../support/collector-process.ts';
import { allEvents } from '../support/query.ts';
import { startNats } from '../support/servers/nats.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { type Client, openClient, until } from './nats-support.ts';

let nats: TestServer;
let client: Client;
let directory: string;
const processes = new Set<CollectorProcess>();

beforeEach(async () => {
  nats = await startNats();
  client = await openClient(nats.url);
  directory = temporaryDirectory();
});
afterEach(async () => {
  await Promise.all([...processes].map((one) => one.kill()));
  processes.clear();
  await client.close();
  await nats.stop();
  rmSync(directory, { recursive: true, force: true });
});

const PROCESSORS = '[validate, normalize, correlate, redact, tenant_filter]';
const gatewayYaml = () => `
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {}, tenant_filter: {} }
exporters:
  nats: { url: '${nats.url}', create_stream: { subjects: ['events.>'] }, retry: { initial_interval: 100ms, max_interval: 500ms } }
extensions: { health: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health]
  log: { level: error }
  pipelines: { events: { receivers: [http], processors: ${PROCESSORS}, exporters: [nats] } }
`;
/** Every worker has a store of its own: together they must hold each event, and the same one. */
const workerYaml = (processors = '[normalize]') => `
receivers:
  nats: { url: '${nats.url}', create_stream: { subjects: ['events.>'] }, canonical: true, ack_wait: 2s }
processors: { ${processors
  .slice(1, -1)
  .split(', ')
  .map((name) => `${name}: {}`)
  .join(', ')} }
exporters: { sqlite: {} }
extensions: { health: { endpoint: '127.0.0.1:0' }, query: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health, query]
  log: { level: error }
  pipelines: { events: { receivers: [nats], processors: ${processors}, exporters: [sqlite] } }
`;

const startProcess = async (name: string, yaml: string): Promise<CollectorProcess> => {
  const own = join(directory, name);
  mkdirSync(own, { recursive: true });
  const started = await startCollectorProcess({ directory: own, yaml });
  processes.add(started);
  return started;
};
const killProcess = async (one: CollectorProcess): Promise<void> => {
  processes.delete(one);
  await one.kill();
};

/** Sends a batch; resolves with the ids that were answered as accepted. */
const send = async (gateway: CollectorProcess, batch: number, size = 20): Promise<string[]> => {
  const events = Array.from({ length: size }, (_, i) => ({
    category: 'business',
    action: 'checkout_started',
    actor: { id: 'u-1', type: 'app_user' },
    object: { type: 'order', id: `o-${batch}-${i}` },
    data: { orderId: `o-${batch}-${i}`, contact: 'someone@shop.example' },
  }));
  try {
    const answer = await fetch(`http://${gateway.endpoints['http']}/v1/events/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    const body = (await answer.json()) as { results?: { eventId?: string; status: string }[] };
    return (body.results ?? []).flatMap(({ eventId, status }) => (status === 'accepted' ? [eventId!] : []));
  } catch {
    return [];
  }
};

const isThere = (): Promise<boolean> =>
  client.manager.consumers.info('betalogs', 'betalogs').then(
    () => true,
    () => false,
  );
const isDrained = async (): Promise<boolean> => {
  const { num_pending, num_ack_pending } = await client.manager.consumers.info('betalogs', 'betalogs');
  return num_pending === 0 && num_ack_pending === 0;
};
const isDelivered = async ({ endpoints }: CollectorProcess): Promise<boolean> => {
  const status = (await (await fetch(`http://${endpoints['health']}/status`)).json()) as {
    components: { kind: string; counts?: { pendingFrames?: number } }[];
  };
  return status.components.every(({ kind, counts }) => kind !== 'exporter' || counts?.pendingFrames === 0);
};

test('what a gateway accepted, a worker with all processors stores as it is', { timeout: 60_000 }, async () => {
  const gateway = await startProcess('gateway', gatewayYaml());
  const worker = await startProcess('worker', workerYaml(PROCESSORS));
  const ids = await send(gateway, 1);
  expect(ids).toHaveLength(20);
  await until(async () => (await allEvents(worker)).length === 20, 100);
  const events = await allEvents(worker);
  expect(events.map(({ eventId }) => eventId).toSorted()).toEqual(ids.toSorted());
  for (const { tenantId, source, correlation, processing, receivedAt, processedAt, data } of events) {
    expect([tenantId, source.kind, correlation.method]).toEqual(['default', 'api', 'business_key']);
    expect(JSON.stringify(data)).not.toContain('someone@');
    expect(processing.redactions).toHaveLength(1);
    expect(processedAt >= receivedAt).toBe(true);
  }
});

test(
  'a worker that is killed before it acknowledged: the message goes to another one',
  { timeout: 60_000 },
  async () => {
    const gateway = await startProcess('gateway', gatewayYaml());
    let worker = await startProcess('worker', workerYaml());
    await until(() => isThere(), 20);
    // Kills that follow the first sign of delivery leave messages without an answer sooner or later.
    const accepted: string[] = [];
    for (let round = 0; round < 10; round++) {
      const sent = send(gateway, round, 50);
      await until(
        async () => (await client.manager.consumers.info('betalogs', 'betalogs')).delivered.consumer_seq > round,
        1,
      );
      await killProcess(worker);
      accepted.push(...(await sent));
      worker = await startProcess('worker', workerYaml());
    }
    await until(() => isDrained(), 100);
    await until(() => isDelivered(worker), 100);
    const stored = (await allEvents(worker)).map(({ eventId }) => eventId);
    expect(new Set(stored).size).toBe(stored.length);
    expect(accepted).toHaveLength(500);
    expect(stored.toSorted()).toEqual(accepted.toSorted());
  },
);

const WORKERS = 3;
const FAULTS = 24;

test(
  'one gateway, three workers, any of them and the NATS server killed under load: every acknowledged event is stored',
  { timeout: 300_000 },
  async () => {
    let gateway = await startProcess('gateway', gatewayYaml());
    const workers = await Promise.all(
      Array.from({ length: WORKERS }, (_, i) => startProcess(`worker-${i}`, workerYaml())),
    );
    const accepted = new Set<string>();
    let isLoading = true;
    let batch = 0;
    const load = async (): Promise<void> => {
      while (isLoading) {
        const ids = await send(gateway, batch++);
        for (const id of ids) accepted.add(id);
        if (ids.length === 0) await delay(20);
      }
    };
    const loads = [load(), load()];
    for (let fault = 0; fault < FAULTS; fault++) {
      const before = accepted.size;
      if (fault % 8 === 3) {
        await nats.kill();
        await nats.start();
      } else if (fault % 8 === 6) {
        await killProcess(gateway);
        gateway = await startProcess('gateway', gatewayYaml());
      } else {
        const i = fault % WORKERS;
        await killProcess(workers[i]!);
        workers[i] = await startProcess(`worker-${i}`, workerYaml());
      }
      await until(() => accepted.size > before + 100);
    }
    isLoading = false;
    await Promise.all(loads);
    await until(() => isDelivered(gateway), 100);
    await until(() => isDrained(), 100);
    for (const worker of workers) await until(() => isDelivered(worker), 100);

    const held = await Promise.all(workers.map((worker) => allEvents(worker)));
    for (const events of held) expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    const all = new Map(held.flat().map((event) => [event.eventId, JSON.stringify(event)]));
    // An event that two workers took, one of which died before its answer, is the same event in both.
    for (const event of held.flat()) expect(JSON.stringify(event)).toBe(all.get(event.eventId));
    expect([...accepted].filter((id) => !all.has(id))).toEqual([]);
    expect(accepted.size).toBeGreaterThan(FAULTS * 100);
    console.info(
      `${accepted.size} acknowledged, ${all.size} stored, ${held.flat().length - all.size} in two stores, ${FAULTS} kills`,
    );
  },
);
