// The nats exporter against a real nats-server.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import exporterPlugin from '../../plugins/exporters/nats/plugin.ts';
import type { Exporter } from '../../src/sdk/index.ts';
import { exampleEvents, exporterSuite, fakeIntake, storedBatch } from '../../src/testkit/index.ts';
import { startNats } from '../support/servers/nats.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { withConf, withCredentials, withNKey, withTls, withUser, type ConfiguredServer } from './nats-logins.ts';
import { isRawSlotEvent } from './nats-slots.ts';
import { type Client, createExporter, openClient, SIGNAL, startReceiver, until } from './nats-support.ts';

const server: TestServer = await startNats();
let client: Client;
let running: Exporter[] = [];
/** Of the test's own, beside the one that all share. */
const servers: TestServer[] = [];

beforeAll(async () => {
  client = await openClient(server.url);
});
afterAll(async () => {
  await client.close();
  await server.stop();
});
const purge = async (): Promise<void> => {
  for await (const { config } of client.manager.streams.list()) await client.manager.streams.delete(config.name);
};
beforeEach(purge);
afterEach(async () => {
  await Promise.all(running.map((exporter) => exporter.stop()));
  running = [];
  await Promise.all(servers.splice(0).map((one) => one.stop()));
});

const CREATE = { create_stream: { subjects: ['events.>'] } };
const create = (more: object = {}) => {
  const made = createExporter({ url: server.url, ...CREATE, ...more });
  running.push(made.exporter);
  return made;
};
const start = async (more: object = {}) => {
  const made = create(more);
  await made.exporter.start?.();
  return made;
};
const messagesIn = async (of = client): Promise<{ subject: string; id: string; ids: string[]; bytes: number }[]> => {
  const { state } = await of.manager.streams.info('betalogs');
  const found = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
    const message = (await of.manager.streams.getMessage('betalogs', { seq }))!;
    const ids = message
      .string()
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { eventId: string }).eventId);
    found.push({ subject: message.subject, id: message.header.get('Nats-Msg-Id'), ids, bytes: message.data.length });
  }
  return found;
};
const statusesOf = (outcomes: readonly { status: string }[]): string[] => [
  ...new Set(outcomes.map(({ status }) => status)),
];

exporterSuite(exporterPlugin, {
  config: { url: server.url, ...CREATE },
  collapses: true,
  storedIds: async () => (await messagesIn()).flatMap(({ ids }) => ids),
});

test('many events a message, by tenant and category, with what workers need to know in the headers', async () => {
  const { exporter } = await start();
  const events = exampleEvents(100, (i) => ({ tenantId: i % 2 === 0 ? 'acme.eu' : 'globex' }));
  expect(statusesOf(await exporter.export(storedBatch(events), SIGNAL))).toEqual(['stored']);
  const messages = await messagesIn();
  expect(messages.map(({ subject, ids }) => [subject, ids.length])).toEqual([
    ['events.acme%2Eeu.business', 50],
    ['events.globex.business', 50],
  ]);
  const first = await client.manager.streams.getMessage('betalogs', { seq: 1 });
  expect(first!.header.get('Betalogs-Format')).toBe('canonical.v1');
  expect(first!.header.get('Content-Type')).toBe('application/x-ndjson');
});

test('a retry is dropped by the stream', async () => {
  const { exporter } = await start();
  for (let attempt = 0; attempt < 3; attempt++)
    expect(statusesOf(await exporter.export(storedBatch(exampleEvents(10)), SIGNAL))).toEqual(['stored']);
  expect(await messagesIn()).toHaveLength(1);
});

test("messages stay below the server's max_payload; an event above it waits, alone", async () => {
  const small = await withConf('max_payload: 4096');
  servers.push(small);
  const { exporter } = await start({ url: small.url });
  const own = await openClient(small.url);
  const events = exampleEvents(50, (i) => (i === 7 ? { data: { long: 'x'.repeat(5000) } } : {}));
  const outcomes = await exporter.export(storedBatch(events), SIGNAL);
  expect(outcomes.map(({ status }, i) => (status === 'stored' ? -1 : i)).filter((i) => i >= 0)).toEqual([7]);
  expect(outcomes[7]).toEqual({ status: 'stop', reason: "an event is larger than the server's max_payload: raise it" });
  const messages = await messagesIn(own);
  expect(messages.length).toBeGreaterThan(7);
  expect(messages.flatMap(({ ids }) => ids).toSorted()).toEqual(
    events.map(({ eventId }) => eventId).filter((_, i) => i !== 7),
  );
  await own.close();
});

describe('a stream that does not take events', () => {
  test('is not there: the start is refused with what to do', async () => {
    const { exporter } = create({ create_stream: undefined });
    await expect(exporter.start?.()).rejects.toThrow(/there is no stream betalogs/);
    await client.manager.streams.add({ name: 'betalogs', subjects: ['events.>'] });
    await exporter.start?.();
    expect(statusesOf(await exporter.export(storedBatch(exampleEvents(1)), SIGNAL))).toEqual(['stored']);
  });

  test('is gone: tried again', async () => {
    const { exporter } = await start();
    await client.manager.streams.delete('betalogs');
    expect(await exporter.export(storedBatch(exampleEvents(1)), SIGNAL)).toEqual([
      { status: 'retry', reason: 'no stream takes the subject' },
    ]);
  });

  test('is full: tried again, and taken when there is room', async () => {
    const { exporter } = await start({ create_stream: { subjects: ['events.>'], max_bytes: '4KiB' } });
    const batch = storedBatch(exampleEvents(3));
    expect(statusesOf(await exporter.export(batch, SIGNAL))).toEqual(['stored']);
    const more = storedBatch(exampleEvents(8).slice(3));
    expect((await exporter.export(more, SIGNAL))[0]).toEqual({
      status: 'retry',
      reason: 'the stream is full, or cannot be written (10077)',
    });
    await client.manager.streams.purge('betalogs');
    expect(statusesOf(await exporter.export(more, SIGNAL))).toEqual(['stored']);
  });

  test('is another one on the same subject: stopped', async () => {
    await client.manager.streams.add({ name: 'other', subjects: ['events.>'] });
    await client.manager.streams.add({ name: 'betalogs', subjects: ['elsewhere.>'] });
    const { exporter } = await start();
    expect((await exporter.export(storedBatch(exampleEvents(1)), SIGNAL))[0]).toMatchObject({ status: 'stop' });
  });

  test('weakens the guarantee: said once, at the start', async () => {
    const { log } = await start({ create_stream: { subjects: ['events.>'], max_age: '1h' } });
    expect(log.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
    expect(log.lines.join('\n')).toMatch(/one replica.*max_age/);
  });
});

test('the server is killed and comes back: tried again meanwhile, stored then', async () => {
  const own = await startNats();
  servers.push(own);
  const { exporter } = await start({ url: own.url });
  const batch = storedBatch(exampleEvents(5));
  await own.kill();
  await until(async () => statusesOf(await exporter.export(batch, AbortSignal.timeout(500)))[0] === 'retry');
  await own.start();
  await until(async () => statusesOf(await exporter.export(batch, AbortSignal.timeout(1000)))[0] === 'stored');
  const after = await openClient(own.url);
  expect((await messagesIn(after)).flatMap(({ ids }) => ids).toSorted()).toEqual(
    exampleEvents(5).map(({ eventId }) => eventId),
  );
  await after.close();
});

test('a server that hangs: no acknowledgement in time', async () => {
  const own = await startNats();
  servers.push(own);
  const { exporter } = await start({ url: own.url });
  own.pause();
  let outcomes: readonly object[] = [];
  // The signal takes a moment to stop all of the server's threads.
  await until(async () => {
    outcomes = await exporter.export(storedBatch(exampleEvents(1)), AbortSignal.timeout(200));
    return !outcomes.some((outcome) => 'status' in outcome && outcome.status === 'stored');
  });
  expect(outcomes).toEqual([{ status: 'retry', reason: 'no acknowledgement in time' }]);
  own.resume();
});

describe('signing in', () => {
  const through = async (configured: ConfiguredServer, login: object, url = configured.url): Promise<void> => {
    servers.push(configured);
    const { exporter } = await start({ url, ...login });
    expect(statusesOf(await exporter.export(storedBatch(exampleEvents(3)), SIGNAL))).toEqual(['stored']);
    const intake = fakeIntake();
    const receiver = await startReceiver({ url, ...login, canonical: true }, intake);
    await until(() => intake.emits.length > 0);
    await receiver.stop();
    expect(intake.emits[0]!.slots.filter(isRawSlotEvent)).toHaveLength(3);
  };
  const file = ({ folder }: ConfiguredServer, name: string): string => `${folder}/${name}`;

  test('user and password', async () => {
    await through(await withUser(), { user: 'writer', password: 'secret' });
  });
  test('NKey', async () => {
    const configured = await withNKey();
    await through(configured, { nkey_seed_file: file(configured, 'user.seed') });
  });
  test('credentials', async () => {
    const configured = await withCredentials();
    await through(configured, { credentials_file: file(configured, 'user.creds') });
  });
  test('TLS, with a certificate of the client', async () => {
    const configured = await withTls();
    const tls = {
      ca_file: file(configured, 'ca.pem'),
      cert_file: file(configured, 'client.pem'),
      key_file: file(configured, 'client.key'),
    };
    await through(configured, { tls }, configured.url.replace('nats://', 'tls://'));
  });
  test('TLS of nobody that is known is refused', async () => {
    const configured = await withTls();
    servers.push(configured);
    await expect(create({ url: configured.url.replace('nats://', 'tls://') }).exporter.start?.()).rejects.toThrow();
  });
  test('TLS that the server does not have is refused', async () => {
    await expect(create({ url: server.url.replace('nats://', 'tls://') }).exporter.start?.()).rejects.toThrow(/tls/);
  });
  test('a wrong password is refused, and never said', async () => {
    const configured = await withUser();
    servers.push(configured);
    const { exporter } = create({ url: configured.url, user: 'writer', password: 'canary' });
    const error = await exporter.start?.().catch((reason: unknown) => String(reason));
    expect(error).toMatch(/Authorization/);
    expect(error).not.toContain('canary');
  });
  test('a subject that may not be published to: stopped', async () => {
    const configured = await withUser(', permissions: { publish: ["$JS.API.>"], subscribe: ["_INBOX.>"] }');
    servers.push(configured);
    const { exporter } = await start({ url: configured.url, user: 'writer', password: 'secret' });
    expect(await exporter.export(storedBatch(exampleEvents(1)), SIGNAL)).toEqual([
      { status: 'stop', reason: 'publishing is not permitted' },
    ]);
  });
});

test('a worker takes what a gateway wrote, byte for byte', async () => {
  const { exporter } = await start();
  const events = exampleEvents(20, (i) => ({
    tenantId: i % 2 === 0 ? 'acme' : 'acme.eu',
    category: i < 9 ? 'system' : 'delivery',
  }));
  await exporter.export(storedBatch(events), SIGNAL);
  const intake = fakeIntake();
  const receiver = await startReceiver({ url: server.url, canonical: true }, intake);
  await until(async () => {
    const { state } = await client.manager.streams.info('betalogs');
    return intake.emits.length > 0 && state.messages === 0;
  });
  await receiver.stop();
  const hashOf = (lines: readonly string[]): string =>
    createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
  const taken = intake.emits.flatMap(({ slots }) => slots).filter(isRawSlotEvent);
  expect(hashOf(taken.map(({ content }) => JSON.stringify(content)))).toBe(
    hashOf(events.map((event) => JSON.stringify(event))),
  );
  expect(taken.every(({ canonical }) => canonical)).toBe(true);
});
