// What the NATS tests share: a client beside the collector, and a receiver or exporter made from its YAML.
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from 'nats';
import { setTimeout as delay } from 'node:timers/promises';
import exporterPlugin from '../../plugins/exporters/nats/plugin.ts';
import receiverPlugin from '../../plugins/receivers/nats/plugin.ts';
import { createSystemClock } from '../../src/runtime/clock.ts';
import type { Exporter, Intake, Receiver } from '../../src/sdk/index.ts';
import { componentContext } from '../../src/testkit/index.ts';

export const SIGNAL = new AbortController().signal;

/** Resolves when `condition` holds; the test's own timeout ends the wait. */
export const until = async (condition: () => boolean | Promise<boolean>, everyMs = 10): Promise<void> => {
  while (!(await condition())) await delay(everyMs);
};

export interface Client {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Publishes with headers; resolves when a stream has it. */
  publish(subject: string, body: string | Uint8Array, meta?: Readonly<Record<string, string>>): Promise<void>;
  /** Publishes to whoever listens. */
  say(subject: string, body: string): Promise<void>;
  close(): Promise<void>;
}

export const openClient = async (url: string): Promise<Client> => {
  const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return {
    connection,
    manager,
    publish: async (subject, body, meta = {}) => {
      const own = headers();
      for (const [name, value] of Object.entries(meta)) own.set(name, value);
      await manager.jetstream().publish(subject, body, { headers: own, retries: 10 });
    },
    say: async (subject, body) => {
      connection.publish(subject, body);
      await connection.flush();
    },
    close: () => connection.close(),
  };
};

/** The system's clock: what waits here waits for a real server. */
const context = (id: string) => componentContext({ id, clock: createSystemClock() });

export const startReceiver = async (config: object, intake: Intake) => {
  const own = context('nats');
  const receiver: Receiver = receiverPlugin.create(receiverPlugin.config.parse(config), {
    ...own,
    listen: () => Promise.reject(new Error('it listens nowhere')),
  });
  await receiver.start(intake);
  return {
    stop: (signal = SIGNAL) => receiver.stop(signal),
    log: own.log as ReturnType<typeof context>['log'] & { lines: string[] },
  };
};

export const createExporter = (config: object) => {
  const own = context('nats');
  const exporter: Exporter = exporterPlugin.create(exporterPlugin.config.parse(config), own);
  return { exporter, log: own.log as ReturnType<typeof context>['log'] & { lines: string[] } };
};
