// npm run bench: CPU per event and peak memory of the collector on the loads of this folder. `--profile` adds where the time goes.
import { Agent, request } from 'node:http';
import { rm } from 'node:fs/promises';
import { startCollectorProcess, temporaryDirectory } from '../support/collector-process.ts';
import { caughtUp } from '../support/query.ts';
import { nativeEvents } from './load-json.ts';
import { otlpLogBodies } from './load-otlp.ts';
import { topOfProfile } from './profile.ts';

interface Load {
  readonly name: string;
  readonly exporter: string;
  readonly path: string;
  readonly endpoint: 'http' | 'otlp/http';
  readonly contentType: string;
  readonly bodies: readonly (string | Uint8Array)[];
  readonly eventsPerRequest: number;
  /** How often each body is sent. */
  readonly rounds: number;
}

const CONNECTIONS = 8;
const startSeconds = Math.floor(Date.now() / 1000) - 60;
const flags = new Set(process.argv.slice(2));

const json = nativeEvents(20_000, startSeconds * 1000);
const batches = Array.from({ length: 200 }, (_, i) => `[${json.slice(i * 100, (i + 1) * 100).join(',')}]`);
const loads: readonly Load[] = [
  {
    name: 'a: OTLP/HTTP protobuf, 512 records a request, journal and file',
    exporter: 'file: { path: out.ndjson, max_bytes: 1GiB }',
    path: '/v1/logs',
    endpoint: 'otlp/http',
    contentType: 'application/x-protobuf',
    bodies: otlpLogBodies(64, 512, startSeconds),
    eventsPerRequest: 512,
    rounds: 8,
  },
  {
    name: 'b: native JSON, batches of 100, journal and sqlite',
    exporter: 'sqlite: {}',
    path: '/v1/events/batch',
    endpoint: 'http',
    contentType: 'application/json',
    bodies: batches,
    eventsPerRequest: 100,
    rounds: 4,
  },
  {
    name: 'c: native JSON, single events, journal and file',
    exporter: 'file: { path: out.ndjson, max_bytes: 1GiB }',
    path: '/v1/events',
    endpoint: 'http',
    contentType: 'application/json',
    bodies: json,
    eventsPerRequest: 1,
    rounds: 1,
  },
];

const configOf = ({ exporter }: Load): string => `
receivers:
  http: { endpoint: '127.0.0.1:0' }
  otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {}, tenant_filter: {} }
exporters:
  ${exporter}
extensions:
  health: { endpoint: '127.0.0.1:0' }
service:
  extensions: [health]
  log: { level: warn }
  pipelines:
    events:
      receivers: [http, otlp]
      processors: [validate, normalize, correlate, redact, tenant_filter]
      exporters: [${exporter.split(':')[0]}]
`;

const post = (agent: Agent, url: string, contentType: string, body: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 202 || response.statusCode === 200) resolve();
          else reject(new Error(`answered ${response.statusCode}`));
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });

/** Sends `bodies` in turn over a few connections. */
const send = async (url: string, { contentType }: Load, bodies: readonly (string | Uint8Array)[]): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const queue = bodies.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const body of queue) await post(agent, url, contentType, body);
    }),
  );
  agent.destroy();
};

const measure = async (load: Load): Promise<void> => {
  const profile = flags.has('--profile');
  const directory = temporaryDirectory();
  const nodeFlags = ['--max-semi-space-size=16', ...(profile ? ['--cpu-prof'] : [])];
  const onLog = (line: string): void => void process.stderr.write(`${line}\n`);
  const collector = await startCollectorProcess({ directory, yaml: configOf(load), nodeFlags, onLog });
  const url = `http://${collector.endpoints[load.endpoint]}${load.path}`;
  await send(url, load, load.bodies.slice(0, Math.ceil(load.bodies.length / 4)));
  await caughtUp(collector);
  const cpuBefore = collector.cpuMicros();
  const startedMs = performance.now();
  for (let round = 0; round < load.rounds; round++) await send(url, load, load.bodies);
  await caughtUp(collector);
  const events = load.bodies.length * load.rounds * load.eventsPerRequest;
  const cpu = (collector.cpuMicros() - cpuBefore) / events;
  const perSecond = events / ((performance.now() - startedMs) / 1000);
  const resident = collector.peakResidentBytes() / 1e6;
  process.stdout.write(
    `${load.name}\n  ${cpu.toFixed(2)} µs CPU an event, ${Math.round(resident)} MB at the peak ` +
      `(${events} events, ${Math.round(perSecond)} a second with the sender on the same machine)\n`,
  );
  await collector.stop();
  if (profile) process.stdout.write(topOfProfile(directory));
  await rm(directory, { recursive: true });
};

const wanted = [...flags].filter((flag) => !flag.startsWith('--'));
for (const load of loads) {
  if (wanted.length === 0 || wanted.some((letter) => load.name.startsWith(`${letter}:`))) await measure(load);
}
