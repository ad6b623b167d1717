// The loads, by letter.
import { nativeEvents } from './load-json.ts';
import { otlpLogBodies } from './load-otlp.ts';

export interface Load {
  readonly letter: string;
  readonly name: string;
  /** Exporters of a configuration made for the load; the real stores and config/full.yaml where absent. */
  readonly exporter?: string;
  readonly path: string;
  readonly endpoint: 'http' | 'otlp/http';
  readonly contentType: string;
  readonly bodies: readonly (string | Uint8Array)[];
  readonly eventsPerRequest: number;
  /** How often each body is sent; once where a second copy would be a duplicate that costs less. */
  readonly rounds: number;
  /** The stores are dark while it is sent, and back afterwards. */
  readonly outage?: boolean;
}

const FILE = 'file: { path: out.ndjson, max_bytes: 1GiB }';
const RECORDS = 512;
const BATCH = 100;

/** Made when it is asked for: the largest takes a second to generate. */
export const loadsAt = (startSeconds: number): Readonly<Record<string, () => Load>> => {
  const otlp = (requests: number) => ({
    path: '/v1/logs',
    endpoint: 'otlp/http' as const,
    contentType: 'application/x-protobuf',
    bodies: otlpLogBodies(requests, RECORDS, startSeconds),
    eventsPerRequest: RECORDS,
  });
  const json = { endpoint: 'http' as const, contentType: 'application/json' };
  const events = (): string[] => nativeEvents(20_000, startSeconds * 1000);
  return {
    a: () => ({
      letter: 'a',
      name: 'OTLP/HTTP protobuf, 512 records a request, journal and file',
      exporter: FILE,
      ...otlp(64),
      rounds: 8,
    }),
    b: () => ({
      letter: 'b',
      name: 'native JSON, batches of 100, journal and sqlite',
      exporter: 'sqlite: {}',
      ...json,
      path: '/v1/events/batch',
      bodies: batched(events()),
      eventsPerRequest: BATCH,
      rounds: 4,
    }),
    c: () => ({
      letter: 'c',
      name: 'native JSON, single events, journal and file',
      exporter: FILE,
      ...json,
      path: '/v1/events',
      bodies: events(),
      eventsPerRequest: 1,
      rounds: 1,
    }),
    d: () => ({
      letter: 'd',
      name: 'OTLP/HTTP protobuf into Postgres, OpenSearch and S3 (real servers)',
      ...otlp(160),
      rounds: 1,
    }),
    e: () => ({
      letter: 'e',
      name: 'the same while Postgres, OpenSearch and S3 are dark, then catching up',
      ...otlp(160),
      rounds: 1,
      outage: true,
    }),
  };
};

const batched = (events: readonly string[]): string[] =>
  Array.from({ length: events.length / BATCH }, (_, i) => `[${events.slice(i * BATCH, (i + 1) * BATCH).join(',')}]`);
