import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../../src/sdk/index.ts';

// Printable ASCII, as long as the identity of an event may be.
const KEY = /^[\x20-\x7e]{1,256}$/;
const KEY_FORM: Problem = {
  status: 400,
  code: 'IDEMPOTENCY_KEY_FORM',
  title: 'The Idempotency-Key is not valid',
  detail: 'It is 1 to 256 printable ASCII characters, with or without quotes around them.',
};

/** The sender's name for the request. The quotes of a structured field are no part of it. */
export const idempotencyKeyOf = (request: IncomingMessage): string | undefined | Problem => {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header).replace(/^"(.*)"$/s, '$1');
  return KEY.test(key) ? key : KEY_FORM;
};

// W3C Trace Context; a later version may add fields behind these.
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;

/** The hop that brought the request; undefined where the header is missing or is none. */
export const traceparentOf = (request: IncomingMessage): string | undefined => {
  const header = request.headers['traceparent'];
  return typeof header === 'string' && header.length <= 256 && TRACEPARENT.test(header) ? header : undefined;
};
