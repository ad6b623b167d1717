// The thread that owns one connection. Requests are answered in order; the last is `close`.
import { parentPort, workerData } from 'node:worker_threads';
import { classify } from './classify.ts';
import type { Envelope, Reply, Request, WorkerRole } from './messages.ts';
import { SchemaError } from './migrate.ts';
import { createReads } from './read.ts';
import { createWriter } from './write.ts';

interface Served {
  answer(request: Request): unknown;
  close(): void;
}

const serveWriter = (path: string): Served => {
  const writer = createWriter(path);
  return {
    answer: (request) => (request.op === 'write' ? writer.write(request.lines) : writer.open()),
    close: writer.close,
  };
};

const serveReads = (path: string): Served => {
  const reads = createReads(path);
  return {
    answer: (request) => {
      if (request.op === 'query') return reads.query(request.tenant, request.filter, request.page);
      if (request.op === 'event') return reads.event(request.tenant, request.eventId);
      if (request.op === 'linked') return reads.linkedTo(request.tenant, request.correlationId, request.page);
      if (request.op === 'carrying') return reads.carrying(request.tenant, request.key, request.page);
      if (request.op === 'count') return reads.countCarrying(request.tenant, request.key, request.limit);
      throw new TypeError(`a reader does not ${request.op}`);
    },
    close: reads.close,
  };
};

/** Words about an error that hold no value of an event. */
const wordsFor = (error: unknown): string => {
  if (error instanceof SchemaError) return error.message;
  const reason = classify(error)?.reason;
  return reason ?? (error instanceof Error ? error.name : 'unknown error');
};

const port = parentPort!;
const { role, path } = workerData as WorkerRole;
const served = role === 'write' ? serveWriter(path) : serveReads(path);

port.on('message', (envelope: Envelope) => {
  if ('close' in envelope) {
    served.close();
    port.close();
    return;
  }
  const { id, request } = envelope;
  let reply: Reply;
  try {
    reply = { id, answer: served.answer(request) };
  } catch (error) {
    reply = { id, error: wordsFor(error) };
  }
  port.postMessage(reply);
});
