// Puts the parts together: work brings messages as the flow allows, the taker answers them.
import type { NatsConnection } from 'nats';
import type { ComponentContext, Intake } from '../../../src/sdk/index.ts';
import { openConnection } from './connection.ts';
import { fetchMessages, openConsumer, subscribe } from './consume.ts';
import { createFlow, type Flow } from './flow.ts';
import { letterOfMessage } from './letters.ts';
import type { Incoming } from './message.ts';
import type { NatsReceiverConfig } from './plugin.ts';
import { createTaker, type Taker } from './take.ts';
import { compileTenantOf, filterOf } from './tenant.ts';
import { type Session, startWork } from './work.ts';

interface Parts {
  readonly config: NatsReceiverConfig;
  readonly context: ComponentContext;
  readonly taker: Taker;
  readonly flow: Flow;
}

export const createReceiver = (config: NatsReceiverConfig, context: ComponentContext, intake: Intake) => {
  const { clock, log, keys, id } = context;
  const { subject_pattern: pattern, fixed } = config.tenant;
  const keyOf = (tenant: string): Buffer => keys.derive('dead_letter', tenant);
  let onIdle: (() => void) | undefined;

  const flow = createFlow({ batch: config.batch, open: () => taker.open, clock });
  const taker: Taker = createTaker({
    receiver: id,
    intake,
    canonical: config.canonical,
    maxMessageBytes: config.max_message_bytes,
    maxEventBytes: config.max_event_bytes,
    tenantOf: pattern === undefined ? () => fixed : compileTenantOf(pattern),
    keyOf,
    clock,
    log,
    heartbeatMs: config.ack_wait / 2,
    onBusy: ({ afterMs }) => flow.hold(afterMs),
    onAnswered: () => {
      flow.changed();
      if (taker.open === 0) onIdle?.();
    },
  });
  const lose = (message: Incoming): void => {
    const error = { code: 'NATS_NO_ROOM', path: '', message: 'there was no room for it, and core NATS sends it once' };
    log.error('a message of core NATS is lost', { code: error.code, bytes: message.data.length });
    void intake.deadLetter([letterOfMessage(message, fixed ?? '', error, keyOf)]).catch(() => undefined);
  };
  const parts: Parts = { config, context, taker, flow };
  const work = startWork({
    connect: () => openConnection(config, `betalogs ${id}`),
    session: config.mode === 'core' ? coreSession(parts, lose) : jetStreamSession(parts),
    clock,
    log,
  });

  return {
    /** Asks for nothing new; resolves when what came is answered, or at the signal. */
    stop: async (signal: AbortSignal): Promise<void> => {
      await work.end();
      await new Promise<void>((resolve) => {
        if (taker.open === 0 || signal.aborted) return resolve();
        onIdle = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        return undefined;
      });
      await work.close();
    },
  };
};

const subjectsOf = ({ subjects, tenant: { subject_pattern: pattern } }: NatsReceiverConfig): readonly string[] =>
  subjects ?? (pattern === undefined ? [] : [filterOf(pattern)]);

const jetStreamSession =
  ({ config, context, taker, flow }: Parts): Session =>
  async (connection: NatsConnection, signal, began) => {
    const consumer = await openConsumer(connection, {
      stream: config.stream,
      create: config.create_stream,
      durable: config.durable,
      subjects: subjectsOf(config),
      ackWaitMs: config.ack_wait,
      maxAckPending: config.max_ack_pending,
    });
    began();
    context.log.info('receives messages', { stream: config.stream, durable: config.durable });
    for (;;) {
      const count = await flow.room(signal);
      if (count === 0) return;
      const fetch = await fetchMessages(consumer, count, taker.take);
      signal.addEventListener('abort', fetch.stop, { once: true });
      const error = await fetch.ended;
      signal.removeEventListener('abort', fetch.stop);
      if (error !== undefined) throw error;
    }
  };

/** Messages that wait for room are held up to `max_ack_pending`. */
const coreSession =
  ({ config, context, taker }: Parts, lose: (message: Incoming) => void): Session =>
  async (connection, signal, began) => {
    const held = new Map<Incoming, () => void>();
    const ended = Promise.withResolvers<void>();
    const end = subscribe(connection, {
      subjects: subjectsOf(config),
      queue: config.durable,
      take: taker.take,
      again: (message, afterMs) => {
        if (held.size >= config.max_ack_pending || signal.aborted) return lose(message);
        const retake = (): void => {
          held.delete(message);
          taker.take(message);
        };
        held.set(message, context.clock.schedule(afterMs, retake));
        return undefined;
      },
      onError: ended.reject,
    });
    began();
    context.log.info('receives messages', { subjects: subjectsOf(config), queue: config.durable });
    signal.addEventListener('abort', () => ended.resolve(), { once: true });
    void connection.closed().then(() => ended.reject(new Error('the connection was closed')));
    await ended.promise;
    await end();
    for (const [message, cancel] of held) {
      cancel();
      lose(message);
    }
  };
