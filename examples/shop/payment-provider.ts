// Somebody else's service: it is not instrumented, and it has bad days.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

const SILENT_BANK = 'slow-bank';

/** Authorizes every payment but those of one bank, about which it says nothing at all. */
export const createPaymentProvider = (): Server =>
  createServer((request, response) => void authorize(request, response).catch(() => response.destroy()));

const authorize = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { bank, orderId } = (await json(request)) as { bank: string; orderId: string };
  if (bank === SILENT_BANK) return;
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id: `auth-${orderId}` }));
};
