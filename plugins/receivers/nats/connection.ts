// How a NATS server is reached. Receiver and exporter each have this file, since a plugin stands alone; a test holds the
// two to the same text.
import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  type NodeConnectionOptions,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from 'nats';
import { secret, z } from '../../../src/sdk/index.ts';

const SERVERS = /^(nats|tls):\/\/[^@\s/,]+(,(nats|tls):\/\/[^@\s/,]+)*$/;

const tls = z.strictObject({
  ca_file: z.string().optional().describe("PEM of the CAs to trust instead of the system's."),
  cert_file: z.string().optional().describe('PEM of the client certificate.'),
  key_file: z.string().optional().describe('PEM of its private key.'),
  handshake_first: z.boolean().default(false).describe('The server expects TLS before its greeting.'),
});

/** Spread into a plugin's strict object. */
export const connectionShape = {
  url: z
    .string()
    .regex(SERVERS, 'expected nats://host:port or tls://host:port, several by comma; user and password are options')
    .default('nats://127.0.0.1:4222')
    .describe('The servers, e.g. `nats://a:4222,nats://b:4222`; the others of a cluster are found from there.'),
  credentials_file: z.string().optional().describe('A .creds file: JWT and seed. Read again at each connect.'),
  nkey_seed_file: z.string().optional().describe('A file with the seed of an NKey. Read again at each connect.'),
  user: z.string().optional().describe('User name.'),
  password: secret().optional().describe('Password of `user`.'),
  token: secret().optional().describe('Token.'),
  tls: tls.optional().describe('Speak TLS only; with `tls://` in the URL as well.'),
  inbox_prefix: z
    .string()
    .regex(/^[^\s.*>]+(\.[^\s.*>]+)*$/, 'expected a subject without wildcards')
    .optional()
    .describe('Where answers are listened for, if permissions ask for another place than `_INBOX`.'),
};

const connectionConfig = z.object(connectionShape);
export type ConnectionConfig = z.output<typeof connectionConfig>;

/** One way to sign in at most, and whole. */
export const isOneLogin = ({ credentials_file, nkey_seed_file, user, password, token }: ConnectionConfig): boolean =>
  [credentials_file, nkey_seed_file, user, token].filter((way) => way !== undefined).length <= 1 &&
  (user === undefined) === (password === undefined);
export const ONE_LOGIN = 'give one of credentials_file, nkey_seed_file, user with password, and token';

const RECONNECT_MS = 500;
const CONNECT_TIMEOUT_MS = 5000;
/** A server that answers no ping is gone after two of these. */
const PING_MS = 10_000;

/** Rejects while no server answers; once connected, it connects again for as long as it takes. */
export const openConnection = async (config: ConnectionConfig, name: string): Promise<NatsConnection> => {
  const authenticator = authenticatorOf(config);
  return connect({
    name,
    servers: config.url.split(',').map((server) => server.replace(/^(nats|tls):\/\//, '')),
    ...(authenticator !== undefined && { authenticator }),
    ...tlsOf(config),
    ...(config.inbox_prefix !== undefined && { inboxPrefix: config.inbox_prefix }),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  });
};

const authenticatorOf = (config: ConnectionConfig): Authenticator | undefined => {
  const { credentials_file, nkey_seed_file, user, password, token } = config;
  if (credentials_file !== undefined) return credsAuthenticator(reader(credentials_file, CREDENTIALS));
  if (nkey_seed_file !== undefined) return nkeyAuthenticator(reader(nkey_seed_file, SEED));
  if (token !== undefined) return tokenAuthenticator(token.reveal());
  return user === undefined ? undefined : usernamePasswordAuthenticator(user, password?.reveal());
};

const CREDENTIALS = /-+BEGIN NATS USER JWT-+\s+\S+\s+-+END NATS USER JWT-+[^]*-+BEGIN USER NKEY SEED-+\s+\S+\s+-+END/;
const SEED = /^SU[A-Z2-7]{56}\s*$/;

/** What the file holds now; while that is no good, what it held: a throw at a reconnect would end the connection. */
const reader = (path: string, form: RegExp): (() => Uint8Array) => {
  const read = (): Buffer => {
    const text = readFileSync(path, 'utf8');
    if (!form.test(text)) throw new Error(`${path} does not hold what signs in to NATS`);
    return Buffer.from(form === SEED ? text.trim() : text);
  };
  let last = read();
  return () => {
    try {
      last = read();
    } catch {
      // It is being replaced, or gone: the server says whether the old one is still good.
    }
    return last;
  };
};

const tlsOf = ({ url, tls: options }: ConnectionConfig): Pick<NodeConnectionOptions, 'tls'> => {
  if (options === undefined && !url.includes('tls://')) return {};
  return {
    tls: {
      ...(options?.ca_file !== undefined && { caFile: options.ca_file }),
      ...(options?.cert_file !== undefined && { certFile: options.cert_file }),
      ...(options?.key_file !== undefined && { keyFile: options.key_file }),
      ...(options?.handshake_first === true && { handshakeFirst: true }),
    },
  };
};
