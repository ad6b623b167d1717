// The requests that a listener is answering: watched for senders that are too slow, drained, told to close.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, sendProblem } from '../sdk/index.ts';
import type { HttpLimits } from './http-limits.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedMs: number;
  readonly bytesAtStart: number;
}

export interface Exchanges {
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** The response that is under way on a connection. */
  responseOn(socket: Socket): ServerResponse | undefined;
  /** From now on every answer ends its connection. */
  closeConnections(): void;
  stop(): void;
}

const SLOW: Problem = {
  status: 408,
  code: 'HTTP_TOO_SLOW',
  title: 'The body comes too slowly',
  headers: { connection: 'close' },
};

export const createExchanges = (limits: HttpLimits): Exchanges => {
  const active = new Map<Socket, Exchange>();
  let closing = false;
  const draining = new Set<Exchange>();
  const watch = setInterval(() => {
    for (const exchange of active.values()) giveUpIfSlow(exchange, limits);
    for (const exchange of draining) if (isDrained(exchange, limits)) draining.delete(exchange);
  }, limits.checkEveryMs);
  watch.unref();
  return {
    begin(request, response) {
      const { socket } = request;
      const exchange = beginOf(request, response);
      active.set(socket, exchange);
      if (closing) response.setHeader('connection', 'close');
      response.on('finish', () => {
        if (!request.complete) draining.add(beginOf(request, response));
      });
      response.on('close', () => {
        if (active.get(socket) === exchange) active.delete(socket);
      });
    },
    responseOn: (socket) => active.get(socket)?.response,
    closeConnections() {
      closing = true;
      for (const { response } of active.values()) if (!response.headersSent) response.setHeader('connection', 'close');
    },
    stop: () => clearInterval(watch),
  };
};

const beginOf = (request: IncomingMessage, response: ServerResponse): Exchange => ({
  request,
  response,
  startedMs: performance.now(),
  bytesAtStart: request.socket.bytesRead,
});

const giveUpIfSlow = ({ request, response, startedMs, bytesAtStart }: Exchange, limits: HttpLimits): void => {
  const waitsForSender = !request.complete && request.readableFlowing === true;
  const elapsedMs = performance.now() - startedMs;
  if (!waitsForSender || elapsedMs < limits.slowAfterMs) return;
  const bytes = request.socket.bytesRead - bytesAtStart;
  if (bytes * 1000 >= limits.minBytesPerSecond * elapsedMs) return;
  sendProblem(response, SLOW);
  request.socket.destroySoon();
};

/** Node reads on what its handler left, so that the next request can come; true once that has ended, or was ended here. */
const isDrained = ({ request, startedMs, bytesAtStart }: Exchange, limits: HttpLimits): boolean => {
  const { socket } = request;
  if (request.complete || socket.destroyed) return true;
  const patient = performance.now() - startedMs < limits.maxDrainMs;
  if (patient && socket.bytesRead - bytesAtStart < limits.maxDrainBytes) return false;
  socket.destroy();
  return true;
};
