import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type HttpMount, type ListenerConfig, type Log, type Problem, sendProblem } from '../sdk/index.ts';
import type { Clock } from '../event/time.ts';
import { answerClientError } from './client-error.ts';
import { createExchanges } from './http-exchanges.ts';
import type { HttpLimits } from './http-limits.ts';
import { createRoutes } from './http-routes.ts';
import { followPems, readPems, secureContextOf, type Pems } from './pems.ts';

/** One open port and the mounts that share it. */
export interface HttpListener {
  readonly config: ListenerConfig;
  /** `host:port`, with the port that was given. */
  readonly address: string;
  add(mount: HttpMount): void;
  /** Accepts nothing new, finishes what runs, cuts what is left at the signal. */
  close(signal: AbortSignal): Promise<void>;
}

const FAILED: Problem = { status: 500, code: 'HTTP_INTERNAL', title: 'The collector failed to answer' };
const TOO_MANY_FIELDS: Problem = {
  status: 431,
  code: 'HTTP_HEADERS_TOO_MANY',
  title: 'There are too many header fields',
};

export const openListener = async (
  config: ListenerConfig,
  limits: HttpLimits,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): Promise<HttpListener> => {
  const routes = createRoutes(config.endpoint);
  const exchanges = createExchanges(limits);
  const pems = config.tls && (await readPems(config.tls));
  const server = createHttpServer(limits, pems);
  const sockets = trackSockets(server);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    exchanges.begin(request, response);
    if (request.rawHeaders.length > limits.maxHeaderFields * 2) return sendProblem(response, TOO_MANY_FIELDS);
    const mount = routes.find(request.url ?? '');
    if (mount === undefined) return sendProblem(response, routes.notFound());
    call(mount, request, response, log);
  });
  server.on('clientError', (error, socket) =>
    answerClientError(error, socket as Socket, exchanges.responseOn(socket as Socket)),
  );
  const address = await bind(server, config.endpoint);
  server.on('error', (error: NodeJS.ErrnoException) =>
    log.error('a listener failed', { endpoint: config.endpoint, code: error.code }),
  );
  const unfollow = pems === undefined ? undefined : followPems(pems, server as TlsServer, { log, clock });
  return {
    config,
    address,
    add: routes.add,
    close: async (signal) => {
      await unfollow?.();
      exchanges.closeConnections();
      await closeServer(server, sockets, signal);
      exchanges.stop();
    },
  };
};

const createHttpServer = (limits: HttpLimits, pems: Pems | undefined): Server => {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  };
  const server =
    pems === undefined ? createServer(options) : createTlsServer({ ...options, ...secureContextOf(pems), ...pems.ask });
  server.maxConnections = limits.maxConnections;
  // Node drops the fields beyond the limit; one more is let in, so that the excess can be told and refused.
  server.maxHeadersCount = limits.maxHeaderFields + 1;
  return server;
};

const trackSockets = (server: Server): ReadonlySet<Socket> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
};

const call = (mount: HttpMount, request: IncomingMessage, response: ServerResponse, log: Log): void => {
  const fail = (error: unknown) => {
    log.error('an HTTP handler failed', { listener: mount.name, ...describe(error) });
    if (response.headersSent) response.destroy();
    else sendProblem(response, FAILED);
  };
  try {
    const result: unknown = mount.handler(request, response);
    if (result instanceof Promise) result.catch(fail);
  } catch (error) {
    fail(error);
  }
};

/** Where it failed; never the message, which may quote what was sent. */
const describe = (error: unknown) => {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  return { error: name, at: frames.map((line) => line.trim()).filter((line) => line !== '') };
};

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop the program that has it or set another endpoint (port 0 picks a free one)',
  EACCES: 'it is not permitted; ports below 1024 take privileges, set an endpoint with a higher port',
  EADDRNOTAVAIL: 'this machine has no such address; set an endpoint on one that it has, e.g. 127.0.0.1',
  ENOTFOUND: 'the host name is unknown; set an endpoint with an address, e.g. 127.0.0.1',
};

const bind = (server: Server, endpoint: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const colon = endpoint.lastIndexOf(':');
    const host = endpoint.slice(0, colon);
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = WHAT_TO_DO[cause.code ?? ''] ?? cause.message;
      reject(new Error(`cannot listen on ${endpoint}: ${reason}`, { cause }));
    });
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(colon + 1)) }, () =>
      resolve(`${host}:${(server.address() as AddressInfo).port}`),
    );
  });

const closeServer = (server: Server, sockets: ReadonlySet<Socket>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const cut = () => server.closeAllConnections();
    server.close(() => {
      signal.removeEventListener('abort', cut);
      resolve();
    });
    // To Node a connection that has not sent anything yet is not idle.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut);
  });
