// A collector with every output that a single machine has, and all that it wrote, said and answered.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateObject } from '../../../src/sdk/archive/compress.ts';
import { startCollectorProcess, type CollectorProcess } from '../../support/collector-process.ts';

const REFUSER = fileURLToPath(new URL('refuser.ts', import.meta.url));
const LARGEST = 256 * 1024 * 1024;

const YAML = `
plugins: [${REFUSER}]
receivers:
  http: { endpoint: '127.0.0.1:0' }
  otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {} }
exporters:
  sqlite: {}
  directory: { batch: { max_wait: 100ms } }
  file: {}
  debug: { verbosity: detailed }
  refuser: {}
extensions:
  health: { endpoint: '127.0.0.1:0' }
  query: { endpoint: '127.0.0.1:0' }
service:
  extensions: [health, query]
  log: { level: debug }
  telemetry: { metrics: { endpoint: '127.0.0.1:0' } }
  pipelines:
    events:
      receivers: [http, otlp]
      processors: [validate, normalize, correlate, redact]
      exporters: [sqlite, directory, file, debug, refuser]
`;

/** What came out of the collector, by the name of where it stood. */
export type Outputs = Map<string, Buffer>;

export const startPlanted = (directory: string, outputs: Outputs): Promise<CollectorProcess> =>
  startCollectorProcess({
    directory,
    yaml: YAML,
    onLog: (line) =>
      void outputs.set('log', Buffer.concat([outputs.get('log') ?? Buffer.alloc(0), Buffer.from(`${line}\n`)])),
  });

export interface Answer {
  readonly status: number;
  readonly results: readonly { readonly status: string }[];
}

export const send = async (
  { endpoints }: CollectorProcess,
  body: string,
  outputs: Outputs,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const answer = await fetch(`http://${endpoints['http']}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  outputs.set(`answer ${outputs.size}`, Buffer.from(text));
  const { results = [] } = JSON.parse(text) as { results?: Answer['results'] };
  return { status: answer.status, results };
};

/** Every byte under the data directory, archived objects inflated too. */
export const readFiles = async (directory: string, when: string, outputs: Outputs): Promise<void> => {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    outputs.set(`${when}: ${path}`, bytes);
    if (/\.(zst|gz)$/.test(path)) {
      const { bytes: inflated, isWhole } = await inflateObject(path, bytes, LARGEST);
      if (!isWhole) throw new Error(`${path}: does not inflate`);
      outputs.set(`${when}: ${path} inflated`, inflated);
    }
  }
};

export const ask = async (address: string, path: string, outputs: Outputs): Promise<string> => {
  const text = await (await fetch(`http://${address}${path}`)).text();
  outputs.set(`GET ${path}`, Buffer.from(text));
  return text;
};
