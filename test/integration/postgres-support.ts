// A PostgreSQL of the tests' own, exporters in schemas of their own, and what looks into them without the code under test.
import pg from 'pg';
import postgres from '../../plugins/exporters/postgres/plugin.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { createBackoff } from '../../src/delivery/backoff.ts';
import { createBatchLimit } from '../../src/delivery/batch-limit.ts';
import { createBreaker } from '../../src/delivery/breaker.ts';
import type { DeadLetter } from '../../src/delivery/dead-letters.ts';
import { deliverBatch } from '../../src/delivery/deliver-batch.ts';
import { createPermits } from '../../src/delivery/permits.ts';
import { createSystemClock } from '../../src/runtime/clock.ts';
import type { Exporter, ExportOutcome, StoredBatch } from '../../src/sdk/index.ts';
import { capturingLog, componentContext, storedBatch, type CapturingLog } from '../../src/testkit/index.ts';

export type SqlRow = Readonly<Record<string, unknown>>;

/** One connection for one statement or several, as the administrator unless told otherwise. */
export const sqlAt =
  (url: string) =>
  async (text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<SqlRow>(text, values === undefined ? undefined : [...values]);
      return rows;
    } finally {
      await client.end();
    }
  };
export type Sql = ReturnType<typeof sqlAt>;

export interface Opened {
  readonly exporter: Exporter;
  readonly log: CapturingLog;
}

/** The events of tests are of a fixed day, whenever the tests run. */
export const ANY_TIME = { accept_past: '36500d', accept_ahead: '36500d' } as const;

export const openExporter = (url: string, options: Readonly<Record<string, unknown>> = {}): Opened => {
  const log = capturingLog();
  const exporter = postgres.create(postgres.config.parse({ url, ...ANY_TIME, ...options }), componentContext({ log }));
  return { exporter, log };
};

export const startExporter = async (
  url: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Exporter> => {
  const { exporter } = openExporter(url, options);
  await exporter.start?.();
  return exporter;
};

const never = new AbortController().signal;

export const send = (exporter: Exporter, events: readonly CanonicalEvent[]): Promise<readonly ExportOutcome[]> =>
  exporter.export(storedBatch(events), never);

export const codesOf = (outcomes: readonly ExportOutcome[]): string[] =>
  outcomes.map((outcome) => ('code' in outcome ? `${outcome.status} ${outcome.code}` : outcome.status));

export interface Delivered {
  readonly letters: readonly DeadLetter[];
  /** Calls of the exporter. */
  readonly attempts: number;
}

/** Through the engine's own delivery: retries, bisecting, dead letters. */
export const deliver = async (exporter: Exporter, batch: StoredBatch, signal = never): Promise<Delivered> => {
  const letters: DeadLetter[] = [];
  let attempts = 0;
  const clock = createSystemClock();
  await deliverBatch(
    {
      id: 'postgres',
      exporter: {
        export: (part, abort) => {
          attempts++;
          return exporter.export(part, abort);
        },
        stop: () => exporter.stop(),
      },
      deadLetters: { write: async (more) => void letters.push(...more) },
      backoff: createBackoff({ initialMs: 20, maxMs: 200 }, Math.random),
      breaker: createBreaker({ failures: 1000, openForMs: 100, probeEvents: 100 }, clock),
      limit: createBatchLimit(),
      permits: createPermits(1),
      stoppedDelayMs: 100,
      timeoutMs: 10_000,
      clock,
      log: capturingLog(),
      report: () => undefined,
    },
    batch,
    signal,
  );
  return { letters, attempts };
};
