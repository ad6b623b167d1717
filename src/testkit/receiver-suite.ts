import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint, Receiver, ReceiverPlugin } from '../sdk/index.ts';
import { fakeIntake, type FakeIntake } from './fake-intake.ts';
import { componentContext } from './fakes.ts';
import { createTestHost, type TestHost } from './test-host.ts';

export interface ReceiverSuiteOptions {
  /** As in YAML; with every endpoint at port 0. */
  readonly config?: unknown;
  /** Sends one valid event over the protocol. */
  readonly send: (endpoints: readonly Endpoint[]) => Promise<Response>;
  /** Sends it so that the receiver itself must refuse it, where the protocol's credential is none of the collector's: 401. */
  readonly forge?: (endpoints: readonly Endpoint[]) => Promise<Response>;
}

/** Turns of the event loop after which an answer that does not wait would have come. */
const TURNS = 50;

/** What a sender relies on in every receiver that is asked over HTTP. */
export const receiverSuite = (plugin: ReceiverPlugin, { config, send, forge }: ReceiverSuiteOptions): void => {
  describe(`${plugin.type} as a receiver`, () => {
    let intake: FakeIntake;
    let receiver: Receiver;
    let endpoints: readonly Endpoint[];
    let host: TestHost;

    beforeEach(async () => {
      host = createTestHost();
      intake = fakeIntake();
      receiver = plugin.create(plugin.config.parse(config ?? {}), {
        ...componentContext({ id: plugin.type }),
        listen: host.listen,
      });
      endpoints = await receiver.start(intake);
    });
    afterEach(async () => {
      await receiver.stop(new AbortController().signal);
      await host.close();
    });

    test('tells where it listens', () => {
      expect(endpoints.length).toBeGreaterThan(0);
      for (const { name, address } of endpoints) {
        expect(name).not.toBe('');
        expect(address).toMatch(/:[1-9]\d*$/);
      }
    });

    test('answers with success after the outcome, and not before', async () => {
      const held = intake.hold();
      let answered = false;
      const answer = send(endpoints).finally(() => (answered = true));
      await held.arrived;
      for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      expect(answered).toBe(false);
      held.release();
      expect((await answer).ok).toBe(true);
      expect(intake.emits.flatMap(({ slots }) => slots)).toHaveLength(1);
    });

    test('gives back all the room that it took', async () => {
      await (await send(endpoints)).arrayBuffer();
      expect(intake.held).toBe(0);
    });

    test.each([
      ['quota', 429],
      ['memory', 503],
      ['disk', 503],
      ['stopping', 503],
    ] as const)('says %s as %i with a time to come again', async (busy, status) => {
      intake.setBusy({ busy, afterMs: 1500 });
      const answer = await send(endpoints);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '2']);
      expect(intake.emits).toEqual([]);
      expect(intake.held).toBe(0);
    });

    test.each(forge === undefined ? ([401, 403] as const) : ([401] as const))(
      'a credential that opens nothing is answered %i, and nothing is decoded',
      async (status) => {
        intake.setRefusal({ status, code: status === 401 ? 'AUTH_INVALID' : 'AUTH_SCOPE', message: 'opens nothing' });
        expect((await (forge ?? send)(endpoints)).status).toBe(status);
        expect(intake.emits).toEqual([]);
        expect(intake.held).toBe(0);
      },
    );

    test('stop waits for the emits that run', async () => {
      const held = intake.hold();
      const answer = send(endpoints);
      await held.arrived;
      let stopped = false;
      const stop = receiver.stop(new AbortController().signal).then(() => (stopped = true));
      for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      expect(stopped).toBe(false);
      held.release();
      await stop;
      expect((await answer).ok).toBe(true);
    });
  });
};
