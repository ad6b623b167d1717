// What a batch costs, on this side and in the server: node --expose-gc test/bench/postgres.ts
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import postgres from '../../plugins/exporters/postgres/plugin.ts';
import { formatInstant, msToInstant } from '../../src/event/time.ts';
import type { StoredBatch } from '../../src/sdk/index.ts';
import { componentContext, exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { startPostgres } from '../support/servers/postgres.ts';

const BATCH = 2000;
const BATCHES = 40;
const WARM_UP = 8;
const ALL_INDEXES = ['correlation', 'trace', 'actor', 'object', 'received_at'];

const batchAt = (n: number, senderNamed: boolean): StoredBatch => {
  const { lines, index, count } = storedBatch(
    exampleEvents(BATCH, (i) => ({
      eventId: randomUUID(),
      tenantId: `tenant-${i % 5}`,
      timestamp: formatInstant(msToInstant(Date.now() - (n * BATCH + i) * 7)),
      description: 'The card was declined by the issuer; the customer may try another one',
      actor: { id: `user-${i % 500}`, type: 'app_user', email: 'a***@example.com', ip: '192.0.2.0' },
      object: { type: 'order', id: `o-${n}-${i}` },
      service: { name: 'checkout', version: '4.2.1', environment: 'production' },
      correlation: {
        correlationId: `trace:${i.toString(16).padStart(32, 'a')}`,
        method: 'trace',
        confidence: 1,
        traceId: i.toString(16).padStart(32, 'a'),
        businessKeys: { orderId: `o-${n}-${i}` },
        links: [{ correlationId: randomUUID(), type: 'orderId' }],
      },
      data: { orderId: `o-${n}-${i}`, total: 59.9, items: [{ sku: 'A-1', quantity: 2 }], note: 'Ring the bell twice' },
      ...(senderNamed && {
        integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 300, fingerprint: randomUUID() },
      }),
    })),
  );
  // Without the events themselves: their garbage would be measured as well.
  const event = (): never => {
    throw new Error('nothing is parsed here');
  };
  return { lines, index, count, event };
};

const server = await startPostgres({ fsync: 'on', shared_buffers: '256MB', max_wal_size: '4GB' });
const sql = async (text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
};

const TICK_MS = 10;
/** CPU time of the server's processes that write for us. */
const serverMs = (pids: readonly unknown[]): number =>
  pids.reduce<number>((sum, pid) => {
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]!
      .split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }, 0);
const writers = async (): Promise<readonly unknown[]> =>
  (await sql(`SELECT pid FROM pg_stat_activity WHERE application_name = 'betalogs'`)).map(({ pid }) => pid);

const measure = async (name: string, options: object, senderNamed = false, concurrency = 1): Promise<void> => {
  const schema = name.replaceAll(/[^a-z]/g, '_');
  const config = postgres.config.parse({ url: server.url, schema, ...options });
  const exporter = postgres.create(config, componentContext());
  await exporter.start?.();
  const signal = new AbortController().signal;
  const used = { client: 0, seconds: 0 };
  const batches = Array.from({ length: WARM_UP + BATCHES }, (_, n) => batchAt(n, senderNamed));
  globalThis.gc?.();
  const sendNext = async (): Promise<void> => {
    const group = batches.splice(0, concurrency);
    const [cpu, begin] = [process.cpuUsage(), performance.now()];
    const outcomes = (await Promise.all(group.map((batch) => exporter.export(batch, signal)))).flat();
    used.seconds += (performance.now() - begin) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    used.client += user + system;
    const other = outcomes.find(({ status }) => status !== 'stored');
    if (other !== undefined) throw new Error(JSON.stringify(other));
  };
  while (batches.length > BATCHES) await sendNext();
  const pids = await writers();
  const before = serverMs(pids);
  Object.assign(used, { client: 0, seconds: 0 });
  while (batches.length > 0) await sendNext();
  const events = BATCH * BATCHES;
  const serverUs = ((serverMs(pids) - before) * 1000) / events;
  await exporter.stop();
  const [size] = await sql(
    `SELECT (sum(pg_relation_size(relid)) / ${events + WARM_UP * BATCH})::int AS heap, (sum(pg_total_relation_size(relid)) / ${events + WARM_UP * BATCH})::int AS total
     FROM pg_stat_user_tables WHERE schemaname = '${schema}'`,
  );
  console.log(
    `${name}: client ${(used.client / events).toFixed(2)} µs an event, server ${serverUs.toFixed(1)} µs, ${(events / used.seconds).toFixed(0)} events/s, bytes an event ${JSON.stringify(size)}`,
  );
  await sql(`DROP SCHEMA "${schema}" CASCADE`);
};

console.log(`line: ${Math.round(batchAt(0, false).lines.length / BATCH)} bytes`);
try {
  await measure('no indexes', { indexes: [] });
  await measure('default', { indexes: ALL_INDEXES });
  await measure('default, two at once', { indexes: ALL_INDEXES }, false, 2);
  await measure('sender-named', { indexes: ALL_INDEXES }, true);
  await measure('text', { indexes: [...ALL_INDEXES, 'text'] });
} finally {
  await server.stop();
}
