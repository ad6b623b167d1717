// nats-server with each of the ways to sign in, made anew for a test: NKey, JWT credentials, user and password, TLS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { nkeys } from 'nats';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats } from '../support/servers/nats.ts';
import type { TestServer } from '../support/servers/server-process.ts';

export interface ConfiguredServer extends TestServer {
  readonly folder: string;
}

const start = async (conf: string, folder: string): Promise<ConfiguredServer> => {
  const file = join(folder, 'server.conf');
  writeFileSync(file, conf);
  const server = await startNats(['-c', file]);
  return {
    ...server,
    folder,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
const newFolder = (): string => mkdtempSync(join(tmpdir(), 'betalogs-nats-login-'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** With settings in the server's own form. */
export const withConf = (conf: string): Promise<ConfiguredServer> => start(conf, newFolder());

/** The user `writer` with `secret`; `permissions` in the server's own form. */
export const withUser = (permissions = ''): Promise<ConfiguredServer> => {
  const folder = newFolder();
  return start(
    `authorization { users = [
      { user: writer, password: secret ${permissions} }
      { user: admin, password: admin }
    ] }`,
    folder,
  );
};

/** `user.seed` in its folder signs in. */
export const withNKey = (): Promise<ConfiguredServer> => {
  const folder = newFolder();
  const user = nkeys.createUser();
  writeFileSync(join(folder, 'user.seed'), `${textOf(user.getSeed())}\n`);
  return start(`authorization { users = [{ nkey: ${user.getPublicKey()} }] }`, folder);
};

type KeyPair = ReturnType<typeof nkeys.createUser>;
const jwt = (issuer: KeyPair, subject: string, name: string, nats: object): string => {
  const encode = (value: object | Uint8Array): string =>
    Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url');
  const claims = {
    jti: name,
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject,
    nats,
  };
  const body = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(claims)}`;
  return `${body}.${encode(issuer.sign(Buffer.from(body)))}`;
};

const UNLIMITED = Object.fromEntries(
  [
    'subs',
    'data',
    'payload',
    'imports',
    'exports',
    'conn',
    'leaf',
    'mem_storage',
    'disk_storage',
    'streams',
    'consumer',
  ].map((name) => [name, -1]),
);

/** `user.creds` in its folder signs in, by an operator, an account and a user of their own. */
export const withCredentials = (): Promise<ConfiguredServer> => {
  const folder = newFolder();
  const [operator, account, system, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const accountJwt = (of: KeyPair, name: string, limits: object): string =>
    jwt(operator, of.getPublicKey(), name, { limits, type: 'account', version: 2 });
  const { mem_storage: _m, disk_storage: _d, streams: _s, consumer: _c, ...plain } = UNLIMITED;
  const userJwt = jwt(account, user.getPublicKey(), 'user', {
    pub: {},
    sub: {},
    subs: -1,
    data: -1,
    payload: -1,
    type: 'user',
    version: 2,
  });
  writeFileSync(
    join(folder, 'user.creds'),
    `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n` +
      `-----BEGIN USER NKEY SEED-----\n${textOf(user.getSeed())}\n------END USER NKEY SEED------\n`,
  );
  return start(
    `operator: ${jwt(operator, operator.getPublicKey(), 'operator', { type: 'operator', version: 2, system_account: system.getPublicKey() })}
     system_account: ${system.getPublicKey()}
     resolver: MEMORY
     resolver_preload: {
       ${account.getPublicKey()}: ${accountJwt(account, 'account', UNLIMITED)}
       ${system.getPublicKey()}: ${accountJwt(system, 'system', plain)}
     }`,
    folder,
  );
};

/** `ca.pem` in its folder signed the server's certificate, and `client.pem` with `client.key`, which it asks for. */
export const withTls = (): Promise<ConfiguredServer> => {
  const folder = newFolder();
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test-ca');
  for (const name of ['server', 'client']) {
    writeFileSync(join(folder, `${name}.cnf`), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.cnf`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }
  const path = (name: string): string => JSON.stringify(join(folder, name));
  return start(
    `tls { cert_file: ${path('server.pem')}, key_file: ${path('server.key')}, ca_file: ${path('ca.pem')}, verify: true }`,
    folder,
  );
};
