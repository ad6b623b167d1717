import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import type { Endpoint } from '../../src/sdk/index.ts';
import { receiverSuite, type ReceiverSuiteOptions } from '../../src/testkit/index.ts';

const post =
  (name: string, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  (endpoints: readonly Endpoint[]): Promise<Response> => {
    const { address } = endpoints.find((endpoint) => endpoint.name === name)!;
    return fetch(`http://${address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify(body),
    });
  };

const order = { category: 'business', action: 'checkout_started', actor: { id: 'u' }, object: { type: 'o', id: '1' } };
const log = { timeUnixNano: '1795000000000000001', eventName: 'order_failed', body: { stringValue: 'sorry' } };

const release = { action: 'published', release: { id: 1, tag_name: 'v1' }, repository: { id: 1, full_name: 'o/r' } };
const signedWith = (secret: string) => ({
  'x-github-event': 'release',
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(JSON.stringify(release)).digest('hex')}`,
});

/** How each protocol says one event; every receiver must stand here. */
const OPTIONS: Readonly<Record<string, ReceiverSuiteOptions>> = {
  github: {
    config: { endpoint: '127.0.0.1:0', secret: 'right' },
    send: post('github', '/webhooks/github', release, signedWith('right')),
    forge: post('github', '/webhooks/github', release, signedWith('wrong')),
  },
  http: { config: { endpoint: '127.0.0.1:0' }, send: post('http', '/v1/events', order) },
  otlp: {
    config: { protocols: { http: { endpoint: '127.0.0.1:0' } } },
    send: post('otlp/http', '/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [log] }] }] }),
  },
};

/** Those that are asked over HTTP; one that asks a server of its own accord is held to its promises in test/integration. */
const receivers = plugins
  .filter((plugin) => plugin.kind === 'receiver')
  .filter(({ listeners }) => listeners !== undefined);

test('every receiver that listens is held to the suite', () => {
  expect(receivers.map(({ type }) => type).toSorted()).toEqual(Object.keys(OPTIONS));
});

for (const plugin of receivers) receiverSuite(plugin, OPTIONS[plugin.type]!);
