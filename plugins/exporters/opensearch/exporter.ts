// The parts put together; loaded, with the driver, by collectors that write to OpenSearch or read it.
import type { ComponentContext, EventReader, Exporter, Log } from '../../../src/sdk/index.ts';
import { connect, type ConnectionConfig } from './connect.ts';
import { createIndices } from './indices.ts';
import type { OpenSearchConfig } from './plugin.ts';
import { createReader } from './reader.ts';
import { startRetention } from './retention.ts';
import { exportBatch } from './send.ts';

const open = ({ url, nodes, ...rest }: OpenSearchConfig) =>
  connect({ ...rest, nodes: nodes ?? [url!] } satisfies ConnectionConfig);

export const createOpenSearchExporter = (options: OpenSearchConfig, { clock, log }: ComponentContext): Exporter => {
  const { index_prefix: prefix, tenant_aliases: tenantAliases, shards, replicas, refresh, retention } = options;
  const connection = open(options);
  const indices = createIndices(connection, { prefix, shards, replicas, tenantAliases });
  const sending = { connection, indices, prefix, refresh, scratch: {} };
  let expiry: { stop(): Promise<void> } | undefined;
  return {
    start: async () => {
      await indices.prepare();
      if (retention !== undefined) expiry ??= startRetention({ connection, prefix, periodMs: retention, clock, log });
    },
    export: (batch, signal) => exportBatch(sending, batch, signal),
    stop: async () => {
      await expiry?.stop();
      await connection.close();
    },
  };
};

/** Rejects where the cluster does not answer, or not with success. */
export const probe = async (options: OpenSearchConfig): Promise<void> => {
  const connection = open(options);
  try {
    const answer = await connection.ask({ method: 'GET', path: '/' });
    if (answer.status !== OK) throw new Error(answer.reason ?? `answered ${answer.status}`);
  } finally {
    await connection.close();
  }
};
const OK = 200;

export const openReader = (options: OpenSearchConfig, log: Log): EventReader =>
  createReader(open(options), options.index_prefix, log);
