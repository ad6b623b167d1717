// The shop's door: plain node:http, with the server span and the context propagation that an instrumentation would add.
import { context, propagation, SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { checkOut, type CheckoutParts, type Purchase } from './checkout.ts';
import { inSpan } from './spans.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `POST /checkout` buys; `PUT /stock-take` locks the database and `DELETE /stock-take` gives it back. */
export const createStorefront = (parts: CheckoutParts): Server => {
  let endStockTake: (() => void) | undefined;
  const stockTake = (method: string | undefined): Answer => {
    endStockTake?.();
    endStockTake = method === 'PUT' ? parts.orders.lock() : undefined;
    return { status: 200, body: { running: endStockTake !== undefined } };
  };
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    if (pathname === '/stock-take') return send(response, stockTake(request.method));
    if (pathname !== '/checkout' || request.method !== 'POST') return send(response, { status: 404, body: {} });
    void serve(request, response, () => buy(parts, request));
  });
};

const buy = async (parts: CheckoutParts, request: IncomingMessage): Promise<Answer> => {
  const purchase = (await json(request)) as Purchase;
  const result = await checkOut(parts, purchase);
  return result.state === 'failed' ? { status: result.status, body: result } : { status: 201, body: result };
};

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  work: () => Promise<Answer>,
): Promise<void> => {
  const description = {
    name: 'POST /checkout',
    kind: SpanKind.SERVER,
    attributes: attributesOf(request),
    parent: propagation.extract(context.active(), request.headers),
  };
  try {
    await inSpan(description, async (span) => {
      const answer = await work();
      finish(span, answer.status);
      send(response, answer);
    });
  } catch (error) {
    console.error('checkout:', error);
    send(response, { status: 500, body: { reason: 'the shop is out of order' } });
  }
};

const attributesOf = (request: IncomingMessage) => ({
  'http.request.method': request.method ?? '',
  'http.route': '/checkout',
  'url.path': '/checkout',
  'url.scheme': 'http',
  'server.address': request.headers.host?.split(':')[0] ?? '',
  'user_agent.original': request.headers['user-agent'] ?? '',
});

/** A server's span is an error from 500 on; what the client did wrong is not the server's error. */
const finish = (span: Span, status: number): void => {
  span.setAttribute('http.response.status_code', status);
  if (status < 500) return;
  span.setAttribute('error.type', String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
};

const send = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
