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
  const watch = setInterval(() => active.forEach((exchange) => giveUpIfSlow(exchange, limits)), limits.checkEveryMs);
  watch.unref();
  return {
    begin(request, response) {
      const { socket } = request;
      const exchange = { request, response, startedMs: performance.now(), bytesAtStart: socket.bytesRead };
      active.set(socket, exchange);
      if (closing) response.setHeader('connection', 'close');
      response.on('finish', () => drain(request, limits));
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

const giveUpIfSlow = ({ request, response, startedMs, bytesAtStart }: Exchange, limits: HttpLimits): void => {
  const waitsForSender = !request.complete && request.readableFlowing === true;
  const elapsedMs = performance.now() - startedMs;
  if (!waitsForSender || elapsedMs < limits.slowAfterMs) return;
  const bytes = request.socket.bytesRead - bytesAtStart;
  if (bytes * 1000 >= limits.minBytesPerSecond * elapsedMs) return;
  sendProblem(response, SLOW);
  request.socket.destroySoon();
};

const drain = (request: IncomingMessage, { maxDrainBytes, maxDrainMs }: HttpLimits): void => {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const bytesAtStart = socket.bytesRead;
  const cut = () => socket.destroy();
  const timer = setTimeout(cut, maxDrainMs);
  request.on('data', () => {
    if (socket.bytesRead - bytesAtStart > maxDrainBytes) cut();
  });
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => clearTimeout(timer));
  request.resume();
};
