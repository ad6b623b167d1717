// The nats receiver against a real nats-server.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RawEvent } from '../../src/event/raw-event.ts';
import { isRawSlotEvent } from './nats-slots.ts';
import { fakeIntake, type FakeIntake, type FakeIntakeOptions } from '../../src/testkit/index.ts';
import { startNats } from '../support/servers/nats.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { type Client, openClient, startReceiver, until } from './nats-support.ts';

let server: TestServer;
let client: Client;
let running: { stop(): Promise<void> }[] = [];
/** Of a test's own, beside the one that all share. */
const servers: TestServer[] = [];

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
  await Promise.all(servers.splice(0).map((one) => one.stop()));
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
    await until(async () => slotsOf(intake).length >= count && (await isDone()));
    expect(slotsOf(intake).map(({ content }) => content)).toEqual(Array.from({ length: count }, (_, i) => order(i)));
    expect(intake.letters).toEqual([]);
    expect(intake.held).toBe(0);
    // The acknowledged message goes a moment after its acknowledgement.
    await until(async () => (await client.manager.streams.info('betalogs')).state.messages === 0);
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

describe('what becomes of a message', () => {
  const fates: FakeIntakeOptions = {
    outcomeOf: (slot) => {
      const name = 'content' in slot ? slot.content['name'] : undefined;
      if (name === 'bad') return { status: 'rejected', errors: [{ code: 'X_BAD', path: '', message: 'is bad' }] };
      return { status: 'accepted', eventId: 'e', correlationId: 'c' };
    },
  };

  test('one that must wait comes again after the time that was named, as the same event', async () => {
    const at: number[] = [];
    const intake = fakeIntake({
      outcomeOf: () => {
        at.push(performance.now());
        if (at.length < 3) return { status: 'retry', afterMs: 300, reason: 'disk_full' };
        return { status: 'accepted', eventId: 'e', correlationId: 'c' };
      },
    });
    await start(intake);
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await until(async () => at.length === 3 && (await isDone()));
    expect(at[1]! - at[0]!).toBeGreaterThan(280);
    expect(at[2]! - at[1]!).toBeGreaterThan(280);
    expect(new Set(slotsOf(intake).map(({ eventId }) => eventId)).size).toBe(1);
  });

  test('one that is refused is ended, after its dead letter', async () => {
    const intake = fakeIntake(fates);
    let buried = 0;
    const { deadLetter } = intake;
    intake.deadLetter = async (letters) => {
      // Nothing is ended while the letter is on its way.
      await delay(100);
      expect((await consumer()).num_ack_pending).toBe(1);
      buried += letters.length;
      await deadLetter(letters);
    };
    await start(intake);
    await client.publish('events.acme.a', JSON.stringify({ name: 'bad' }));
    await until(async () => buried === 1 && (await isDone()));
    expect(intake.letters).toMatchObject([{ code: 'X_BAD', tenant: 'acme', attempts: 1 }]);
    await delay(50);
    expect(intake.emits).toHaveLength(1);
  });

  test('work that takes longer than ack_wait is not given to anybody else', async () => {
    const intake = fakeIntake();
    const held = intake.hold();
    await start(intake, { ack_wait: '1s' });
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await held.arrived;
    await delay(2500);
    expect((await consumer()).num_redelivered).toBe(0);
    held.release();
    await until(isDone);
    expect(intake.emits).toHaveLength(1);
  });

  test('without room it comes again, and nothing else is asked for meanwhile', async () => {
    const intake = fakeIntake();
    await start(intake, { batch: 4 });
    intake.setBusy({ busy: 'memory', afterMs: 1000 });
    await client.publish('events.acme.a', JSON.stringify(order(0)));
    await until(async () => (await consumer()).delivered.consumer_seq > 0);
    for (let i = 1; i < 100; i++) await client.publish('events.acme.a', JSON.stringify(order(i)));
    // The request that was out is answered to its end.
    expect((await consumer()).delivered.consumer_seq).toBeLessThanOrEqual(4);
    intake.setBusy(undefined);
    await until(async () => (await isDone()) && slotsOf(intake).length >= 100);
    expect(new Set(slotsOf(intake).map(({ eventId }) => eventId)).size).toBe(100);
    expect(intake.held).toBe(0);
  });

  test('one that nobody answered when its receiver stopped goes to the next one, the same event', async () => {
    const first = fakeIntake();
    first.hold();
    const abandoned = await startReceiver({ url: server.url, ...CREATE, ack_wait: '1s' }, first);
    await until(() => abandoned.log.lines.some((line) => line.includes('receives messages')));
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await until(() => first.emits.length === 1);
    // As a kill: nothing is answered, and the connection is gone.
    await abandoned.stop(AbortSignal.abort());
    const second = fakeIntake();
    await start(second, { ack_wait: '1s' });
    await until(async () => second.emits.length === 1 && (await isDone()));
    expect(slotsOf(second).map(({ eventId }) => eventId)).toEqual(slotsOf(first).map(({ eventId }) => eventId));
  });
});

describe('what ends a request for messages', () => {
  test('a consumer that somebody deletes is made again', async () => {
    const intake = fakeIntake();
    await start(intake);
    await client.manager.consumers.delete('betalogs', 'betalogs');
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await until(() => intake.emits.length > 0);
    await until(isDone);
  });

  test('a stream that somebody deletes is made again', async () => {
    const intake = fakeIntake();
    await start(intake);
    await client.manager.streams.delete('betalogs');
    await until(() =>
      client.manager.streams.info('betalogs').then(
        () => true,
        () => false,
      ),
    );
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await until(() => intake.emits.length > 0);
  });

  test('a server that is not there at the start, and one that is killed', async () => {
    const own = await startNats();
    servers.push(own);
    await own.kill();
    const intake = fakeIntake();
    const receiver = await startReceiver({ url: own.url, ...CREATE }, intake);
    running.push(receiver);
    await until(() => receiver.log.lines.some((line) => line.includes('cannot be received')));
    await own.start();
    const other = await openClient(own.url);
    await until(() => receiver.log.lines.some((line) => line.includes('receives messages')));
    for (let round = 1; round <= 3; round++) {
      await other.publish('events.acme.a', JSON.stringify(order(round)));
      await until(() => intake.emits.length === round);
      await own.kill();
      await own.start();
      await until(() =>
        other.connection.rtt().then(
          () => true,
          () => false,
        ),
      );
    }
    await other.close();
  });

  test('stop: what came is answered, and nothing is left to others', async () => {
    const intake = fakeIntake();
    const receiver = await startReceiver({ url: server.url, ...CREATE }, intake);
    await until(() => receiver.log.lines.some((line) => line.includes('receives messages')));
    const held = intake.hold();
    await client.publish('events.acme.a', JSON.stringify(order(1)));
    await held.arrived;
    const stopped = receiver.stop();
    held.release();
    await stopped;
    await until(isDone);
    expect((await consumer()).num_redelivered).toBe(0);
  });
});

describe('core NATS', () => {
  const core = { mode: 'core', create_stream: undefined };

  test('each message goes to one of those that share the queue', async () => {
    const intakes = [fakeIntake(), fakeIntake()];
    for (const intake of intakes) await start(intake, core);
    for (let i = 0; i < 50; i++) await client.say('events.acme.a', JSON.stringify(order(i)));
    await until(() => intakes.reduce((sum, { emits }) => sum + emits.length, 0) > 0);
    await until(() => intakes.reduce((sum, intake) => sum + slotsOf(intake).length, 0) === 50);
  });

  test('what finds no room is held, and taken when there is some; what is too much is a dead letter', async () => {
    const intake = fakeIntake();
    await start(intake, { ...core, max_ack_pending: 2 });
    intake.setBusy({ busy: 'memory', afterMs: 200 });
    for (let i = 0; i < 3; i++) await client.say('events.acme.a', JSON.stringify(order(i)));
    await until(() => intake.letters.length === 1);
    intake.setBusy(undefined);
    await until(() => slotsOf(intake).length === 2);
    expect(intake.letters).toMatchObject([{ code: 'NATS_NO_ROOM' }]);
  });
});
