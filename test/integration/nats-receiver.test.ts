// The nats receiver against a real nats-server.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RawEvent } from '../../src/event/raw-event.ts';
import { isRawSlotEvent } from './nats-slots.ts';
import { fakeIntake, type FakeIntake } from '../../src/testkit/index.ts';
import { startNats } from '../support/servers/nats.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { type Client, openClient, startReceiver, until } from './nats-support.ts';

let server: TestServer;
let client: Client;
let running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server.stop());
beforeEach(async () => {
  client = await openClient(server.url);
});
afterEach(async () => {
  await Promise.all(running.map(({ stop }) => stop()));
  running = [];
  for await (const { config } of client.manager.streams.list()) await client.manager.streams.delete(config.name);
  await client.close();
});

const CREATE = { create_stream: { subjects: ['events.>'] } };
const start = async (intake: FakeIntake, more: object = {}) => {
  const receiver = await startReceiver({ url: server.url, ...CREATE, ...more }, intake);
  running.push(receiver);
  await until(() => receiver.log.lines.some((line) => line.includes('receives messages')));
  return receiver;
};
const slotsOf = (intake: FakeIntake): RawEvent[] => intake.emits.flatMap(({ slots }) => slots).filter(isRawSlotEvent);
const consumer = () => client.manager.consumers.info('betalogs', 'betalogs');
const isDone = async (): Promise<boolean> => {
  const { num_pending, num_ack_pending } = await consumer();
  return num_pending === 0 && num_ack_pending === 0;
};
const order = (number: number) => ({ category: 'business', action: 'checkout_started', data: { number } });

describe('what a message holds', () => {
  test.each([
    ['one event', JSON.stringify(order(0)), 1],
    ['one event over several lines', JSON.stringify(order(0), null, 2), 1],
    ['an array', JSON.stringify([order(0), order(1), order(2)]), 3],
    ['an object with events', JSON.stringify({ events: [order(0), order(1)] }), 2],
    ['NDJSON', `${JSON.stringify(order(0))}\n${JSON.stringify(order(1))}\r\n\n`, 2],
  ])('%s', async (_name, body, count) => {
    const intake = fakeIntake();
    await start(intake);
    await client.publish('events.acme.orders', body);
    await until(isDone);
    expect(slotsOf(intake).map(({ content }) => content)).toEqual(Array.from({ length: count }, (_, i) => order(i)));
    expect(intake.letters).toEqual([]);
    expect(intake.held).toBe(0);
    expect((await client.manager.streams.info('betalogs')).state.messages).toBe(0);
  });

  test('its id names the events, by their place in it; without one, its place in the stream does', async () => {
    const intake = fakeIntake();
    await start(intake);
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await client.publish('events.acme.a', JSON.stringify([order(0), order(1)]), {
      'Nats-Msg-Id': 'm-1',
      traceparent: trace,
    });
    await client.publish('events.acme.a', JSON.stringify([order(2), order(3)]));
    await until(async () => slotsOf(intake).length === 4 && (await isDone()));
    const [first, second, third, fourth] = slotsOf(intake);
    expect([first?.identity, second?.identity]).toEqual([
      { name: 'betalogs', id: 'm-1', part: '0' },
      { name: 'betalogs', id: 'm-1', part: '1' },
    ]);
    expect(first?.source).toEqual({ kind: 'nats', receiver: 'nats', traceparent: trace });
    expect(third?.eventId).toMatch(/^[0-9a-f-]{36}$/);
    expect(fourth?.eventId?.slice(0, -8)).toBe(third?.eventId?.slice(0, -8));
  });
});
