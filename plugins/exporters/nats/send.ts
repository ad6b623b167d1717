// The only file that knows the driver. `js.publish` costs 37 µs a message; here all answers come to one inbox and are
// counted, which costs a tenth.
import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { createInbox, errors, headers, type Msg, type NatsConnection } from 'nats';
import type { Answer } from './classify.ts';
import type { OutgoingMessage } from './encode.ts';
import { type CreateStream, ensureStream } from './stream.ts';

export interface PublisherOptions {
  readonly connect: () => Promise<NatsConnection>;
  readonly stream: string;
  readonly create: CreateStream | undefined;
  readonly inboxPrefix: string | undefined;
  /** Told once the stream is known. */
  readonly onStream: (info: StreamInfo) => void;
}

export interface Publisher {
  /** Connects and finds the stream. May be called again after a rejection. */
  start(): Promise<void>;
  /** Bytes of the largest payload that the server takes with our headers. */
  maxPayload(): number;
  /** One answer a message, in order; what is not answered when the signal aborts is `unanswered`. Never rejects. */
  publish(messages: readonly OutgoingMessage[], signal: AbortSignal): Promise<readonly Answer[]>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly subject: string;
  readonly settle: (answer: Answer) => void;
}

const STORED: Answer = { kind: 'stored' };
const TOO_LATE: Answer = { kind: 'unanswered', reason: 'no acknowledgement in time' };
const CUT: Answer = { kind: 'unanswered', reason: 'the connection was cut' };
const NOT_CONNECTED: Answer = { kind: 'unanswered', reason: 'not connected' };
/** Names and values of the headers, without the stream's name. */
const HEADER_BYTES = 256;
const NO_RESPONDERS = 503;

export const createPublisher = (options: PublisherOptions): Publisher => {
  const inbox = createInbox(options.inboxPrefix);
  const waiting = new Map<string, Waiting>();
  let connection: NatsConnection | undefined;
  let opening: Promise<NatsConnection> | undefined;
  let isUp = false;
  let count = 0;

  const settleAll = (answer: Answer, matches: (one: Waiting) => boolean = () => true): void => {
    for (const one of waiting.values()) if (matches(one)) one.settle(answer);
  };

  const onAnswer = (error: Error | null, message: Msg): void => {
    if (error !== null) return settleAll({ kind: 'denied' });
    waiting.get(message.subject.slice(inbox.length + 1))?.settle(answerOf(message));
  };

  const onError = (error: Error): void => {
    if (!(error instanceof errors.PermissionViolationError)) return;
    const { operation, subject } = error;
    settleAll({ kind: 'denied' }, (one) => operation === 'subscription' || one.subject === subject);
  };

  const watch = async (of: NatsConnection): Promise<void> => {
    for await (const status of of.status()) {
      if (status.type === 'reconnect') isUp = true;
      else if (status.type === 'error') onError(status.error);
      else if (status.type === 'disconnect' || status.type === 'close') {
        isUp = false;
        settleAll(CUT);
      }
    }
  };

  const connectOnce = async (): Promise<NatsConnection> => {
    const opened = await options.connect();
    opened.subscribe(`${inbox}.*`, { callback: onAnswer });
    connection = opened;
    isUp = true;
    void watch(opened);
    return opened;
  };

  const open = async (): Promise<NatsConnection> => {
    if (connection !== undefined && !connection.isClosed()) return connection;
    opening ??= connectOnce().finally(() => (opening = undefined));
    return opening;
  };

  const send = (to: NatsConnection, { subject, id, payload }: OutgoingMessage, token: string): void => {
    const meta = headers();
    meta.set('Nats-Msg-Id', id);
    meta.set('Nats-Expected-Stream', options.stream);
    meta.set('Content-Type', 'application/x-ndjson');
    meta.set('Betalogs-Format', 'canonical.v1');
    to.publish(subject, payload, { reply: `${inbox}.${token}`, headers: meta });
  };

  return {
    start: async () => {
      const manager = await jetstreamManager(await open(), { checkAPI: false });
      options.onStream(await ensureStream(manager, options.stream, options.create));
    },
    maxPayload: () => (connection?.info?.max_payload ?? Infinity) - HEADER_BYTES - options.stream.length,
    publish: (messages, signal) =>
      new Promise((resolve) => {
        const answers: Answer[] = [];
        const tokens = messages.map(() => (count++).toString(36));
        let unanswered = messages.length;
        const settle = (position: number, answer: Answer): void => {
          if (!waiting.delete(tokens[position]!)) return;
          answers[position] = answer;
          if (--unanswered > 0) return;
          signal.removeEventListener('abort', abort);
          resolve(answers);
        };
        const abort = (): void => messages.forEach((_, position) => settle(position, TOO_LATE));
        if (messages.length === 0) return resolve(answers);
        signal.addEventListener('abort', abort);
        messages.forEach(({ subject }, position) =>
          waiting.set(tokens[position]!, { subject, settle: (answer) => settle(position, answer) }),
        );
        if (signal.aborted) return abort();
        if (connection === undefined || !isUp) {
          // A connection that is cut comes back by itself; one that was closed, as by bad credentials, does not.
          if (connection?.isClosed() === true) void open().catch(() => undefined);
          return settleAll(NOT_CONNECTED);
        }
        for (const [position, message] of messages.entries()) {
          try {
            send(connection, message, tokens[position]!);
          } catch {
            // Another server with a smaller max_payload, or a connection that closes.
            settle(position, CUT);
          }
        }
        return undefined;
      }),
    stop: async () => {
      settleAll(CUT);
      isUp = false;
      await connection?.close();
    },
  };
};

const answerOf = (message: Msg): Answer => {
  if (message.headers?.code === NO_RESPONDERS) return { kind: 'no_responders' };
  try {
    const { error, seq } = message.json<{ error?: { err_code?: number }; seq?: number }>();
    if (error !== undefined) return { kind: 'error', code: error.err_code ?? 0 };
    return typeof seq === 'number' ? STORED : STRANGE;
  } catch {
    return STRANGE;
  }
};
const STRANGE: Answer = { kind: 'unanswered', reason: 'the acknowledgement is not readable' };
