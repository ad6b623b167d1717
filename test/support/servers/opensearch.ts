import { execFileSync } from 'node:child_process';
import { cpSync, chownSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { isRoot, javaHome } from '../../../scripts/servers/cache.ts';
import { installed } from './installed.ts';
import { ownServer } from './own.ts';
import { dataFolder, freePort, serve, type ServerCommand, type TestServer } from './server-process.ts';

export const SECURITY_ADMIN = { username: 'admin', password: 'admin' } as const;

/** OpenSearch 3.8, without security, on a free port. */
export const startOpenSearch = async (): Promise<TestServer> => {
  const own = ownServer('opensearch');
  if (own !== undefined) return own;
  const url = `http://127.0.0.1:${await freePort()}`;
  const { folder, command } = prepare('opensearch', 21, url, []);
  return serve(url, folder, {
    ...command,
    isReady: async () => (await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`)).ok,
  });
};

export interface SecureServer extends TestServer {
  /** PEM of the CA that signed its certificate. */
  readonly ca: string;
}

/** OpenSearch 2.19 with its security plugin: TLS by a CA of its own, basic auth `admin` / `admin`. */
export const startSecureOpenSearch = async (): Promise<SecureServer> => {
  const url = `https://127.0.0.1:${await freePort()}`;
  const { folder, conf, home, command } = prepare('opensearch-security', 11, url, SECURITY_SETTINGS);
  cpSync(join(home, 'plugins', 'opensearch-security', 'config'), join(conf, 'opensearch-security'), {
    recursive: true,
  });
  makeCertificates(conf);
  giveToNobody(folder);
  const ca = readFileSync(join(conf, 'ca.pem'), 'utf8');
  const server = await serve(url, folder, { ...command, isReady: () => healthyOverTls(url, ca) });
  return { ...server, ca };
};

const SECURITY_SETTINGS = [
  ...['transport', 'http'].flatMap((layer) => [
    `plugins.security.ssl.${layer}.pemcert_filepath: node.pem`,
    `plugins.security.ssl.${layer}.pemkey_filepath: node-key.pem`,
    `plugins.security.ssl.${layer}.pemtrustedcas_filepath: ca.pem`,
  ]),
  'plugins.security.ssl.http.enabled: true',
  'plugins.security.ssl.transport.enforce_hostname_verification: false',
  'plugins.security.allow_default_init_securityindex: true',
  'plugins.security.restapi.roles_enabled: ["all_access"]',
  'plugins.security.nodes_dn: ["CN=node"]',
  'plugins.security.audit.type: noop',
];

interface Prepared {
  readonly folder: string;
  readonly conf: string;
  readonly home: string;
  readonly command: Omit<ServerCommand, 'isReady'>;
}

const prepare = (name: string, jdk: number, url: string, settings: readonly string[]): Prepared => {
  const home = installed(name);
  const folder = dataFolder(name, true);
  const conf = join(folder, 'conf');
  for (const part of ['conf', 'data', 'logs', 'tmp']) mkdirSync(join(folder, part));
  cpSync(join(home, 'config', 'log4j2.properties'), join(conf, 'log4j2.properties'));
  writeFileSync(
    join(conf, 'jvm.options'),
    shortStart(readFileSync(join(home, 'config', 'jvm.options'), 'utf8'), home, folder),
  );
  writeFileSync(
    join(conf, 'opensearch.yml'),
    [
      'cluster.name: betalogs-test',
      'discovery.type: single-node',
      'network.host: 127.0.0.1',
      `http.port: ${new URL(url).port}`,
      'transport.port: 0',
      `path.data: ${join(folder, 'data')}`,
      `path.logs: ${join(folder, 'logs')}`,
      'cluster.routing.allocation.disk.threshold_enabled: false',
      ...settings,
      '',
    ].join('\n'),
  );
  giveToNobody(folder);
  const java = javaHome(jdk);
  if (java === undefined) throw new Error(`${name} wants a JDK ${jdk} or newer: set OPENSEARCH_JAVA_HOME`);
  const env = {
    OPENSEARCH_JAVA_HOME: java,
    OPENSEARCH_PATH_CONF: conf,
    OPENSEARCH_TMPDIR: join(folder, 'tmp'),
    OPENSEARCH_JAVA_OPTS: '-Xms512m -Xmx512m -XX:-AlwaysPreTouch -XX:TieredStopAtLevel=1',
    HOME: folder,
  };
  const command = { name, program: join(home, 'bin', 'opensearch'), args: [], env, cwd: home, asNobody: true };
  return { folder, conf, home, command: { ...command, log: join(folder, 'logs', 'stdout.log') } };
};

/** A test server wants a short start: serial collector, no gc log; paths that point below its home go to the folder. */
const shortStart = (options: string, home: string, folder: string): string =>
  options
    .split('\n')
    .filter((line) => !/Xlog:gc|G1ReservePercent|InitiatingHeapOccupancyPercent/.test(line))
    .map((line) => (line.includes('UseG1GC') ? '-XX:+UseSerialGC' : line))
    .join('\n')
    .replaceAll('HeapDumpPath=data', `HeapDumpPath=${folder}/logs`)
    .replaceAll('ErrorFile=logs', `ErrorFile=${folder}/logs`)
    .replaceAll('-javaagent:agent/', `-javaagent:${home}/agent/`);

const NOBODY = 65_534;
const giveToNobody = (folder: string): void => {
  if (!isRoot) return;
  chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { recursive: true })) chownSync(join(folder, String(entry)), NOBODY, NOBODY);
};

const makeCertificates = (conf: string): void => {
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: conf, stdio: 'pipe' });
  writeFileSync(
    join(conf, 'san.cnf'),
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n',
  );
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=test-ca',
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'node.key', '-out', 'node.csr', '-subj', '/CN=node');
  openssl(
    'x509',
    '-req',
    '-in',
    'node.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'node.pem',
    '-days',
    '30',
    '-extfile',
    'san.cnf',
  );
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'node.key', '-out', 'node-key.pem');
};

/** The port opens before the security index exists: only an authenticated 200 is ready. */
const healthyOverTls = (url: string, ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    const auth = `${SECURITY_ADMIN.username}:${SECURITY_ADMIN.password}`;
    const outgoing = request(`${url}/_cluster/health`, { ca, auth }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    outgoing.once('error', () => resolve(false));
    outgoing.end();
  });
