// The life of the receiver: connects, asks for as much as there is room for, and begins again after whatever ends it.
import type { NatsConnection } from 'nats';
import type { Clock } from '../../../src/event/time.ts';
import type { Log } from '../../../src/sdk/index.ts';

/** Brings messages until it ends; calls `began` when it listens. */
export type Session = (connection: NatsConnection, signal: AbortSignal, began: () => void) => Promise<void>;

export interface WorkOptions {
  readonly connect: () => Promise<NatsConnection>;
  readonly session: Session;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly log: Log;
}

export interface Work {
  /** Takes nothing new; resolves when nothing is asked for any more. */
  end(): Promise<void>;
  /** Sends what is answered, and disconnects. */
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Begins at once, and never gives up: a server that is not there yet delays nobody's start. */
export const startWork = ({ connect, session, clock, log }: WorkOptions): Work => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let connection: NatsConnection | undefined;
  let waitMs = FIRST_WAIT_MS;
  let lastReason: string | undefined;

  const began = (): void => {
    waitMs = FIRST_WAIT_MS;
    lastReason = undefined;
  };
  const attempt = async (): Promise<void> => {
    try {
      if (connection === undefined || connection.isClosed()) connection = await connect();
      if (!signal.aborted) await session(connection, signal, began);
    } catch (error) {
      const reason = reasonOf(error);
      // One line a matter: not one for each attempt while a server is away.
      if (!signal.aborted && reason !== lastReason) log.warn('messages cannot be received; trying again', { reason });
      lastReason = reason;
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await attempt();
      await pause(clock, waitMs, signal);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  };

  const running = run();
  return {
    end: () => {
      stopping.abort();
      return running;
    },
    close: async () => {
      // The answers to the last messages are still on their way out.
      if (connection?.isClosed() === false) await connection.flush().catch(() => undefined);
      await connection?.close();
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Resolves after `delayMs`, or as soon as the signal aborts. */
export const pause = (clock: Pick<Clock, 'schedule'>, delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.schedule(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
    return undefined;
  });
