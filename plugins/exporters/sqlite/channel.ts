// The main thread's end: requests with an answer each, over a worker that is started again after it has died.
import { Worker, type Transferable } from 'node:worker_threads';
import type { Envelope, Reply, Request, WorkerRole } from './messages.ts';

export interface Channel {
  /** Rejects where the worker could not answer; the message holds no value of an event. */
  ask<Answer>(request: Request, transfer?: readonly Transferable[]): Promise<Answer>;
  /** Answers what was asked before, closes the file, ends the thread. */
  close(): Promise<void>;
}

// The sources run as they are, and compiled.
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const WORKER = new URL(`./worker${EXTENSION}`, import.meta.url);

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  send(request: Request, waiting: Waiting, transfer: readonly Transferable[]): void;
  /** Resolves when the thread has ended. */
  end(): Promise<void>;
}

export const openChannel = (role: WorkerRole): Channel => {
  let thread: Thread | undefined;
  let closed = false;
  return {
    ask: <Answer>(request: Request, transfer: readonly Transferable[] = []) =>
      new Promise<Answer>((resolve, reject) => {
        if (closed) return reject(new Error('the store is closed'));
        thread ??= startThread(role, () => (thread = undefined));
        thread.send(request, { resolve: (answer) => resolve(answer as Answer), reject }, transfer);
      }),
    close: async () => {
      closed = true;
      await thread?.end();
    },
  };
};

const startThread = (role: WorkerRole, onEnd: () => void): Thread => {
  const worker = new Worker(WORKER, { workerData: role, name: `sqlite-${role.role}` });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const settleAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(new Error(`SQLite: ${reply.error}`));
    else asked?.resolve(reply.answer);
  });
  worker.on('error', (error) => settleAll(new Error('the SQLite thread failed', { cause: error })));
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      onEnd();
      settleAll(new Error('the SQLite thread ended'));
      resolve();
    });
  });
  return {
    send: (request, asked, transfer) => {
      const id = ++lastId;
      waiting.set(id, asked);
      worker.postMessage({ id, request } satisfies Envelope, transfer);
    },
    end: () => {
      worker.postMessage({ close: true } satisfies Envelope);
      return ended;
    },
  };
};
