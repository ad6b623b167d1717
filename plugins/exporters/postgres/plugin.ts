import { definePlugin, duration, secret, z } from '../../../src/sdk/index.ts';
import { openDatabase, type ConnectOptions } from './connect.ts';
import { createPostgresExporter } from './exporter.ts';
import { identifier } from './names.ts';
import { becomeSql } from './prepare.ts';
import { createReader } from './reader.ts';
import { INDEXES, type IndexName, type Settings } from './set-up.ts';

const INDEX_NAMES = Object.keys(INDEXES) as [IndexName, ...IndexName[]];

const config = z.strictObject({
  url: secret().describe("postgres://user:password@host:5432/database: a writer's, or an administrator's."),
  schema: identifier().default('public').describe('The schema that holds the tables.'),
  pool_size: z.int().min(1).max(100).default(4).describe('Connections at most.'),
  application_name: z.string().min(1).max(63).default('betalogs').describe('How the server names the connections.'),
  statement_timeout: duration()
    .prefault('10s')
    .describe('A statement that takes longer is given up, and tried with fewer events.'),
  lock_timeout: duration().prefault('2s').describe('A lock that takes longer is given up, and tried again.'),
  connect_timeout: duration().prefault('5s').describe('A connection that takes longer is given up.'),
  tls: z
    .strictObject({
      ca_file: z.string().optional().describe("PEM of the CA that signed the server's certificate."),
      cert_file: z.string().optional().describe('PEM of a certificate to present.'),
      key_file: z.string().optional().describe('PEM of its private key.'),
      reject_unauthorized: z.boolean().default(true).describe('Refuse a certificate that no known CA has signed.'),
    })
    .optional()
    .describe("Connect by TLS. The url's own sslmode is not needed then."),
  partition: z
    .enum(['month', 'week'])
    .default('month')
    .describe('How much time a partition holds; week above 50 million events a month.'),
  accept_past: duration()
    .prefault('3650d')
    .describe('No partition is made for events that are older; they are dead letters.'),
  accept_ahead: duration().prefault('2d').describe('No partition is made for events that are further ahead.'),
  indexes: z
    .array(z.enum(INDEX_NAMES))
    .default(['correlation', 'trace', 'actor', 'object', 'received_at'])
    .describe('What is found quickly. Each costs the server time for every event; text most of all.'),
  retention: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe('Drop partitions all of whose events are expired. Needs an administrator’s url.'),
      default: duration().prefault('365d').describe('For events without the attribute retention.class.'),
      classes: z
        .record(z.string().min(1).max(64), duration())
        .default({})
        .describe('How long events of each retention.class are kept; hold, and a class that is not here, for ever.'),
    })
    .prefault({})
    .describe('How long events are kept.'),
  owner_role: identifier().default('betalogs_owner').describe('The role that owns the tables.'),
  writer_role: identifier().default('betalogs_writer').describe('The role that adds events and reads none.'),
  reader_role: identifier().default('betalogs_reader').describe("The role that reads one tenant's events."),
});
type PostgresConfig = z.output<typeof config>;

const connectionOf = (options: PostgresConfig, role?: string): ConnectOptions => ({
  url: options.url,
  applicationName: options.application_name,
  poolSize: options.pool_size,
  connectTimeoutMs: options.connect_timeout,
  statementTimeoutMs: options.statement_timeout,
  lockTimeoutMs: options.lock_timeout,
  tls: options.tls,
  ...(role !== undefined && { prologue: becomeSql(role) }),
});

export const settingsOf = (options: PostgresConfig): Settings => ({
  partition: options.partition,
  acceptPastMs: options.accept_past,
  acceptAheadMs: options.accept_ahead,
  indexes: options.indexes,
});

export default definePlugin({
  kind: 'exporter',
  type: 'postgres',
  stability: 'beta',
  summary:
    'Writes events to PostgreSQL, partitioned by time and guarded by row-level security, and answers queries from it.',
  guarantee: 'exactly once per (tenant, eventId)',
  batch: { maxEvents: 2000, maxBytes: 4 * 1024 * 1024, maxWaitMs: 0, concurrency: 2 },
  config,
  create: (options, { clock, log }) => {
    const open = openDatabase;
    return createPostgresExporter({
      writer: open(connectionOf(options, options.writer_role)),
      // Migrations, indexes and detaching wait as long as they must.
      admin: open({ ...connectionOf(options), poolSize: 1, statementTimeoutMs: 0, lockTimeoutMs: 0 }),
      names: {
        schema: options.schema,
        owner: options.owner_role,
        writer: options.writer_role,
        reader: options.reader_role,
      },
      settings: settingsOf(options),
      retention: options.retention.enabled
        ? { classes: new Map(Object.entries(options.retention.classes)), defaultMs: options.retention.default }
        : undefined,
      clock,
      log,
    });
  },
  probe: async (options) => {
    const database = openDatabase({ ...connectionOf(options), poolSize: 1 });
    try {
      await database.session((session) => session.run('SELECT 1'));
    } finally {
      await database.close();
    }
  },
  reader: (options) => createReader(openDatabase(connectionOf(options, options.reader_role)), options.schema),
});
