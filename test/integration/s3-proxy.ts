// Stands before an S3 server and does to single requests what networks and busy servers do.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly path: string;
  /** From 1, of all requests. */
  readonly nth: number;
}

export type Fate =
  | 'pass'
  /** The server does it, and nobody hears of it. */
  | 'answer_lost'
  /** The connection is reset while the body is under way; the server never sees the request whole. */
  | 'reset'
  /** An error of S3's in the server's place. */
  | { readonly status: number; readonly code: string };

export interface S3Proxy {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Decides about each request from now on. */
  decide(fate: (seen: Seen) => Fate): void;
  close(): Promise<void>;
}

export const startS3Proxy = async (target: string): Promise<S3Proxy> => {
  const seen: Seen[] = [];
  let fateOf: (seen: Seen) => Fate = () => 'pass';
  const server = createServer((incoming, answer) => {
    const one = { method: incoming.method ?? '', path: incoming.url ?? '', nth: seen.length + 1 };
    seen.push(one);
    const fate = fateOf(one);
    if (fate === 'reset') incoming.once('data', () => incoming.socket.resetAndDestroy());
    else if (typeof fate === 'object') refuse(incoming, answer, fate);
    else forward(target, incoming, answer, fate === 'answer_lost');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    decide: (fate) => {
      fateOf = fate;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const refuse = (
  incoming: IncomingMessage,
  answer: ServerResponse,
  { status, code }: { readonly status: number; readonly code: string },
): void => {
  incoming.resume();
  incoming.once('end', () => {
    answer.writeHead(status, { 'content-type': 'application/xml' });
    answer.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>a test</Message></Error>`);
  });
};

/** With its headers as they came: the signature is over them, the host's name included. */
const forward = (target: string, incoming: IncomingMessage, answer: ServerResponse, isLost: boolean): void => {
  const { method, headers, url = '/' } = incoming;
  const onward = request(new URL(url, target), { method, headers }, (reply) => {
    if (isLost) {
      reply.resume();
      reply.once('end', () => incoming.socket.resetAndDestroy());
      return;
    }
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  onward.once('error', () => answer.destroy());
  incoming.pipe(onward);
};
