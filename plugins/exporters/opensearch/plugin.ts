import { definePlugin, duration, lazyExporter, lazyReader, secret, z } from '../../../src/sdk/index.ts';

const httpUrl = () => z.url({ protocol: /^https?$/, error: 'expected http://host:port or https://host:port' });

const config = z
  .strictObject({
    url: httpUrl().optional().describe('Where OpenSearch is, e.g. http://127.0.0.1:9200.'),
    nodes: z.array(httpUrl()).min(1).optional().describe('Several nodes of one cluster, in place of `url`.'),
    username: z.string().min(1).optional().describe('User of HTTP basic authentication.'),
    password: secret().optional().describe("The user's password."),
    tls: z
      .strictObject({
        ca_file: z.string().optional().describe("PEM of the CA that signed the servers' certificates."),
        reject_unauthorized: z
          .boolean()
          .default(true)
          .describe('Refuse a certificate that no known CA has signed. Turn it off in tests only.'),
      })
      .optional()
      .describe('How https servers are checked.'),
    auth: z
      .strictObject({
        aws_sigv4: z
          .strictObject({
            region: z.string().min(1).describe('The AWS region of the domain or collection.'),
            service: z.enum(['es', 'aoss']).default('es').describe('A domain (es) or a serverless collection (aoss).'),
          })
          .describe("Sign requests with the AWS SDK's own credentials."),
      })
      .optional()
      .describe('Authentication other than a user name and password.'),
    index_prefix: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,99}$/, 'expected lower-case letters, digits, - and _')
      .default('act-')
      .describe('What the names of indices, template and aliases begin with.'),
    shards: z.int().min(1).max(1024).default(1).describe("Primary shards of each month's index."),
    replicas: z.int().min(0).max(16).default(1).describe('Copies of each shard.'),
    tenant_aliases: z
      .boolean()
      .default(true)
      .describe('Keep an alias for each tenant, {prefix}t-{tenant}, that shows its events alone.'),
    retention: duration().optional().describe('Delete an index when all of its events are older; never, if not given.'),
    compression: z.enum(['none', 'gzip']).default('none').describe('How requests are compressed.'),
    refresh: z
      .enum(['false', 'wait_for'])
      .default('false')
      .describe('wait_for: an event counts as stored only when searches find it. Slow; for tests.'),
  })
  .refine(({ url, nodes }) => (url === undefined) !== (nodes === undefined), {
    path: ['url'],
    message: 'give `url`, or `nodes`, and not both',
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['username'],
    message: '`username` and `password` belong together',
  });

export type OpenSearchConfig = z.output<typeof config>;

export default definePlugin({
  kind: 'exporter',
  type: 'opensearch',
  stability: 'beta',
  summary: 'Writes events to monthly OpenSearch indices for search and dashboards, and answers queries from them.',
  guarantee: "exactly once per (tenant, eventId) and month of the event's time",
  batch: { maxEvents: 1000, maxBytes: 5 * 1024 * 1024, maxWaitMs: 0 },
  config,
  create: (options, context) =>
    lazyExporter(async () => (await import('./exporter.ts')).createOpenSearchExporter(options, context)),
  probe: async (options) => (await import('./exporter.ts')).probe(options),
  reader: (options, { log }) => lazyReader(async () => (await import('./exporter.ts')).openReader(options, log)),
});
