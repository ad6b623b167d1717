// npm run bench [a b c d e] [--profile]: CPU per event and peak memory of the collector. `--profile` adds where the time goes.
import { rm } from 'node:fs/promises';
import { startCollectorProcess, temporaryDirectory } from '../support/collector-process.ts';
import { caughtUp } from '../support/query.ts';
import { loadsAt, type Load } from './loads.ts';
import { postAll } from './post.ts';
import { topOfProfile } from './profile.ts';

const yamlOf = (exporter: string): string => `
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

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const WARM_UP = 1 / 8;

const measure = async (load: Load, profile: boolean): Promise<void> => {
  // The real servers are loaded only by the one load that wants them.
  const stores = load.exporter === undefined ? await (await import('../support/stores.ts')).startStores() : undefined;
  const directory = temporaryDirectory();
  const collector = await startCollectorProcess({
    directory,
    nodeFlags: ['--max-semi-space-size=16', ...(profile ? ['--cpu-prof'] : [])],
    onLog: (line) => void process.stderr.write(line.includes('"level":"info"') ? '' : `${line}\n`),
    ...(stores === undefined ? { yaml: yamlOf(load.exporter!) } : { file: 'full.yaml', env: stores.env }),
  });
  const url = `http://${collector.endpoints[load.endpoint]}${load.path}`;
  const warmUp = Math.ceil(load.bodies.length * WARM_UP);
  await postAll(url, load.contentType, load.bodies.slice(0, warmUp));
  await caughtUp(collector);

  const servers = stores && { Postgres: stores.postgres, OpenSearch: stores.opensearch, MinIO: stores.minio };
  // A server that is started again counts its CPU from zero.
  const watched = load.outage === true ? [] : Object.entries(servers ?? {});
  const serverCpu = watched.map(([name, server]) => ({
    name,
    server,
    before: server.cpuMicros(),
  }));
  const measured = load.rounds === 1 ? load.bodies.slice(warmUp) : load.bodies;
  const dark = load.outage === true ? Object.values(servers ?? {}) : [];
  for (const server of dark) await server.kill();
  const cpuBefore = collector.cpuMicros();
  const startedMs = performance.now();
  for (let round = 0; round < load.rounds; round++) await postAll(url, load.contentType, measured);
  const acknowledgedMs = performance.now();
  for (const server of dark) await server.start();
  const backMs = performance.now();
  await caughtUp(collector);
  const events = measured.length * load.rounds * load.eventsPerRequest;
  const rate = (untilMs: number): number => Math.round(events / ((untilMs - startedMs) / 1000));
  const cpu = (collector.cpuMicros() - cpuBefore) / events;
  say(`${load.letter}: ${load.name}`);
  say(`  ${cpu.toFixed(2)} µs CPU an event, ${Math.round(collector.peakResidentBytes() / 1e6)} MB at the peak`);
  say(
    `  ${events} events: ${rate(acknowledgedMs)} a second acknowledged, ${rate(performance.now())} stored (sender on the same machine)`,
  );
  if (dark.length > 0)
    say(
      `  caught up at ${Math.round(events / ((performance.now() - backMs) / 1000))} events a second once all are back`,
    );
  for (const { name, server, before } of serverCpu) {
    say(`  ${name} itself: ${((server.cpuMicros() - before) / events).toFixed(1)} µs CPU an event`);
  }
  await collector.stop();
  if (profile) say(topOfProfile(directory));
  await stores?.stop();
  await rm(directory, { recursive: true });
};

const args = process.argv.slice(2);
const loads = loadsAt(Math.floor(Date.now() / 1000) - 60);
const asked = args.filter((arg) => !arg.startsWith('--'));
for (const letter of asked.length > 0 ? asked : Object.keys(loads))
  await measure(loads[letter]!(), args.includes('--profile'));
process.exit();
