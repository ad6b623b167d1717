// The only file that knows the driver: gets messages from a JetStream consumer or a subject, and says their answers.
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type FetchMessages,
  jetstreamManager,
  type JetStreamManager,
  type JsMsg,
  ReplayPolicy,
} from '@nats-io/jetstream';
import type { Msg, NatsConnection } from 'nats';
import type { Incoming, MessageAnswer } from './message.ts';
import { type CreateStream, ensureStream } from './stream.ts';

export interface JetStreamSource {
  readonly stream: string;
  readonly create: CreateStream | undefined;
  readonly durable: string;
  readonly subjects: readonly string[];
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
}

const NANOS_PER_MS = 1_000_000;
/** A request for messages ends after this time, got or not. */
const FETCH_MS = 5000;

/** Finds or makes the stream, and the durable consumer as configured; the same for every worker that names it. */
export const openConsumer = async (connection: NatsConnection, source: JetStreamSource): Promise<Consumer> => {
  const manager: JetStreamManager = await jetstreamManager(connection, { checkAPI: false });
  await ensureStream(manager, source.stream, source.create);
  const info = await manager.consumers.add(source.stream, {
    durable_name: source.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    filter_subjects: [...source.subjects],
    ack_wait: source.ackWaitMs * NANOS_PER_MS,
    max_ack_pending: source.maxAckPending,
    // An event is never given up: what cannot be taken is buried, and ended by us.
    max_deliver: -1,
  });
  return manager.jetstream().consumers.getConsumerFromInfo(info);
};

export interface Fetch {
  /** Resolves when the request has ended; with why, if it is not because it was answered or timed out. */
  readonly ended: Promise<Error | undefined>;
  stop(): void;
}

/** Asks for at most `count` messages. By callback, which costs half of what the iterator does. */
export const fetchMessages = async (
  consumer: Consumer,
  count: number,
  take: (message: Incoming) => void,
): Promise<Fetch> => {
  const options: FetchMessages & { callback: (message: JsMsg) => void } = {
    max_messages: count,
    expires: FETCH_MS,
    callback: (message) => take(fromJetStream(message)),
  };
  const messages: ConsumerMessages = await consumer.fetch(options);
  return {
    ended: messages.closed().then((error) => error ?? undefined),
    stop: () => void messages.close(),
  };
};

const fromJetStream = (message: JsMsg): Incoming => {
  const { info } = message;
  return {
    subject: message.subject,
    data: message.data,
    attempts: info.deliveryCount,
    place: { stream: info.stream, sequence: info.streamSequence, timestampNanos: message.timestampNanos },
    header: (name) => message.headers?.get(name) ?? '',
    answer: (answer) => sayAnswer(message, answer),
    working: () => message.working(),
  };
};

const sayAnswer = (message: JsMsg, answer: MessageAnswer): void => {
  if (answer.kind === 'ack') message.ack();
  else if (answer.kind === 'nak') message.nak(answer.afterMs);
  else message.term(answer.reason);
};

export interface Subscribing {
  readonly subjects: readonly string[];
  readonly queue: string;
  readonly take: (message: Incoming) => void;
  /** There was no room for it, and nobody sends it again: to be taken again after `afterMs`. */
  readonly again: (message: Incoming, afterMs: number) => void;
  readonly onError: (error: Error) => void;
}

/** Core NATS: a message comes once, and nobody waits for an answer. The result ends it. */
export const subscribe = (connection: NatsConnection, options: Subscribing): (() => Promise<void>) => {
  const { subjects, queue, take, again, onError } = options;
  const callback = (error: Error | null, message: Msg): void =>
    error === null ? take(fromCore(message, 1, again)) : onError(error);
  const subscriptions = subjects.map((subject) => connection.subscribe(subject, { queue, callback }));
  return async () => {
    await Promise.all(subscriptions.map((subscription) => subscription.drain()));
  };
};

const fromCore = (message: Msg, attempts: number, again: Subscribing['again']): Incoming => ({
  subject: message.subject,
  data: message.data,
  attempts,
  place: undefined,
  header: (name) => message.headers?.get(name) ?? '',
  answer: (answer) => {
    if (answer.kind === 'nak') again(fromCore(message, attempts + 1, again), answer.afterMs);
  },
  working: () => undefined,
});
