// GitHub's deliveries to a collector as it is run, beside the native API on one endpoint.
import { createHmac } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ciTraceOf } from '../../src/event/ci-trace.ts';
import { exampleOf } from '../../src/mapping/github/fixtures.ts';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { allEvents, caughtUp } from '../support/query.ts';
import { freePort } from '../support/servers/server-process.ts';

const SECRET = 'of the test';
let directory: string;
let collector: CollectorProcess;
let base: string;

const yamlOf = (endpoint: string): string => `
receivers:
  http: { endpoint: '${endpoint}' }
  github: { endpoint: '${endpoint}', secret: '${SECRET}' }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {}, tenant_filter: {} }
exporters: { sqlite: {} }
extensions: { health: { endpoint: '127.0.0.1:0' }, query: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health, query]
  pipelines:
    events:
      receivers: [http, github]
      processors: [validate, normalize, correlate, redact, tenant_filter]
      exporters: [sqlite]
`;

beforeAll(async () => {
  directory = temporaryDirectory();
  const endpoint = `127.0.0.1:${await freePort()}`;
  base = `http://${endpoint}`;
  collector = await startCollectorProcess({ directory, yaml: yamlOf(endpoint) });
});
afterAll(async () => {
  await collector?.kill();
  await rm(directory, { recursive: true, force: true });
});

const deliver = (event: string, guid: string, payload: unknown, secret = SECRET): Promise<Response> => {
  const body = JSON.stringify(payload, null, 1);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return fetch(`${base}/webhooks/github`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-github-hook-id': '1',
      'x-hub-signature-256': `sha256=${signature}`,
    },
  });
};

test('the native API and the webhooks share an endpoint', async () => {
  expect(collector.endpoints).toMatchObject({ http: base.slice(7), github: base.slice(7) });
  const event = { category: 'system', action: 'x.hello', service: { name: 'me' } };
  const answer = await fetch(`${base}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  expect(answer.status).toBe(202);
  expect((await fetch(`${base}/webhooks/gitlab`, { method: 'POST' })).status).toBe(404);
});

test('a run is stored once, however often it is redelivered, and found by the derived trace', async () => {
  const payload = exampleOf('workflow_run', 'completed');
  const first = await deliver('workflow_run', 'guid-run', payload);
  expect(first.status).toBe(202);
  const { eventId } = (await first.json()) as { eventId: string };
  expect(await (await deliver('workflow_run', 'guid-run', payload)).json()).toEqual({ eventId, status: 'duplicate' });
  expect((await deliver('workflow_run', 'guid-forged', payload)).status).toBe(409);
  expect((await deliver('workflow_run', 'guid-run', payload, 'stolen')).status).toBe(401);
  expect((await deliver('ping', 'guid-ping', exampleOf('ping'))).status).toBe(204);

  await caughtUp(collector);
  const { id } = payload['workflow_run'] as { id: number };
  const { traceId } = ciTraceOf(id);
  const stored = await allEvents(collector, `&trace=${traceId}`);
  expect(stored).toMatchObject([
    {
      eventId,
      tenantId: 'default',
      action: 'x.workflow_completed',
      source: { kind: 'github', name: 'github', eventId: 'guid-run', type: 'workflow_run.completed' },
      correlation: { correlationId: `trace:${traceId}`, method: 'derived_trace', confidence: 1 },
    },
  ]);
});

test('what is refused is a dead letter, without its content', async () => {
  expect((await deliver('push', 'guid-array', ['canary'])).status).toBe(422);
  const letters = await (await fetch(`http://${collector.endpoints['query']}/v1/dead-letters`)).text();
  expect(letters).toContain('EVENT_FIELD_TYPE');
  expect(letters).not.toContain('canary');
});
