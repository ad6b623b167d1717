import type { IncomingMessage } from 'node:http';
import type { Credential } from '../intake.ts';

// RFC 6750: b64token. What does not match is no token, and is never looked up.
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** What the sender shows: the bearer token, if there is one, and the peer's address. */
export const credentialOf = (request: IncomingMessage): Credential => {
  const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const { remoteAddress } = request.socket;
  return { ...(bearer !== undefined && { bearer }), ...(remoteAddress !== undefined && { remoteAddress }) };
};
