import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Credential } from '../intake.ts';

// RFC 6750: b64token. What does not match is no token, and is never looked up.
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** What the sender shows: the bearer token, if there is one, the names of its proved certificate, and its address. */
export const credentialOf = (request: IncomingMessage): Credential => {
  const { socket } = request;
  const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const { remoteAddress } = socket;
  const peerNames = socket instanceof TLSSocket && socket.authorized ? namesOf(socket) : undefined;
  return {
    ...(bearer !== undefined && { bearer }),
    ...(peerNames !== undefined && { peerNames }),
    ...(remoteAddress !== undefined && { remoteAddress }),
  };
};

/** A connection keeps its certificate: it is read once, not for each request. */
const known = new WeakMap<TLSSocket, readonly string[]>();

const namesOf = (socket: TLSSocket): readonly string[] => {
  let names = known.get(socket);
  if (names === undefined) known.set(socket, (names = sanNames(socket.getPeerX509Certificate()?.subjectAltName)));
  return names;
};

// Node writes a name with a comma, a quote or the like as a JSON string: such a name maps to no tenant, and what it
// holds must not be taken for further names.
const NAME = /(?:^|, )(?:((?:DNS|URI|email):(?!")[^\s,"]+)(?=, |$)|[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$))/gy;

/** The DNS, URI and e-mail names of a `subjectAltName` as Node prints it. */
export const sanNames = (text = ''): readonly string[] =>
  [...text.matchAll(NAME)].flatMap(([, name]) => (name === undefined ? [] : [name]));
