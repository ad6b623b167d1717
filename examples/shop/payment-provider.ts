// Somebody else's service: it is not instrumented, and it has bad days.
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

const SILENT_BANK = 'slow-bank';

/** Authorizes every payment but those of one bank, about which it says nothing at all. */
export const createPaymentProvider = (): Server =>
  createServer(async (request, response) => {
    const { bank, orderId } = (await json(request)) as { bank: string; orderId: string };
    if (bank === SILENT_BANK) return;
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id: `auth-${orderId}` }));
  });
