// What is not a plugin's: the engine's own sections, and its settings in an exporter's.
import { duration, endpoint, listenerShape, size, z } from '../../sdk/index.ts';

const NOT_SUPPORTED = { params: { code: 'CONFIG_NOT_SUPPORTED' } };

export const COMPONENT_ID = /^[a-z][a-z0-9_]*(\/[A-Za-z0-9_-]+)?$/;

const journal = z
  .strictObject({
    type: z
      .enum(['file', 'none'])
      .refine((type) => type === 'file', { message: 'a journal of type none is not supported yet', ...NOT_SUPPORTED })
      .default('file')
      .describe('file: acknowledged events are on disk. none is for a later release.'),
    max_bytes: size().prefault('4GiB').describe('The disk budget; when it is used up, intake is refused.'),
    segment_bytes: size().prefault('64MiB').describe('The size at which a new segment is begun.'),
    min_free_bytes: size().prefault('256MiB').describe('Free space on the volume below which intake is refused.'),
    abandon: z
      .array(z.string())
      .default([])
      .describe('Exporters that are gone from the configuration and whose backlog may be given up.'),
  })
  .refine(({ max_bytes, segment_bytes }) => segment_bytes * 2 <= max_bytes, {
    path: ['segment_bytes'],
    message: 'expected at most half of max_bytes: a segment is freed as a whole',
  });

const intake = z
  .strictObject({
    max_bytes: size().prefault('256MiB').describe('Bytes of input that are in memory at one time.'),
    max_bytes_per_tenant: size().prefault('64MiB').describe('Of these, what one tenant may hold.'),
  })
  .refine(({ max_bytes, max_bytes_per_tenant }) => max_bytes_per_tenant <= max_bytes, {
    path: ['max_bytes_per_tenant'],
    message: 'expected at most max_bytes',
  });

const otlpEndpoint = z
  .string()
  .regex(/^https?:\/\/[^\s]+$/, 'expected a URL, e.g. http://127.0.0.1:4318')
  .describe('Where it is sent, as OTEL_EXPORTER_OTLP_ENDPOINT: without the path of the signal.');

const telemetry = z.strictObject({
  metrics: z
    .strictObject({
      ...listenerShape('127.0.0.1:8888'),
      endpoint: endpoint()
        .optional()
        .describe('Where Prometheus reads them at /metrics, e.g. 127.0.0.1:8888; without it, nowhere.'),
      otlp: z
        .strictObject({
          endpoint: otlpEndpoint,
          interval: duration().prefault('60s').describe('How often they are sent.'),
        })
        .optional()
        .describe('Sends them by OTLP over HTTP.'),
      level: z.enum(['none', 'normal']).default('normal').describe('none: no metrics, whatever else is said.'),
    })
    .prefault({})
    .describe('What became of the events, in numbers.'),
  traces: z
    .strictObject({
      otlp: z.strictObject({ endpoint: otlpEndpoint }).optional().describe('Sends them by OTLP over HTTP.'),
      sample_ratio: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('The share of batches that are traced; without it, as OTEL_TRACES_SAMPLER says, else all.'),
    })
    .prefault({})
    .describe('A span for each batch and stage, linked to the traces of its events.'),
});

const deadLetters = z.strictObject({
  max_bytes: size()
    .prefault('256MiB')
    .describe('The disk budget of dead letters; when it is used up, an exporter that needs more of it waits.'),
});

const ids = (what: string) => z.array(z.string()).describe(`Ids of ${what}.`);

const pipeline = z.strictObject({
  receivers: ids('receivers'),
  processors: ids('processors, in the order in which events pass them').default([]),
  exporters: ids('exporters; each gets every event'),
});
export type PipelineSection = z.output<typeof pipeline>;

export const serviceSection = z.strictObject({
  extensions: ids('extensions, in the order of their start').default([]),
  pipelines: z
    .record(z.string().regex(COMPONENT_ID, 'expected a name in snake_case'), pipeline)
    .refine((pipelines) => Object.keys(pipelines).length > 0, 'expected at least 1 pipeline')
    .describe('Which receivers, processors and exporters are wired together.'),
  journal: journal.prefault({}).describe('Where acknowledged events are until every exporter has stored them.'),
  intake: intake.prefault({}).describe('How much input is in memory at one time.'),
  dead_letters: deadLetters.prefault({}).describe('What no store takes as it is, until it is retried or dropped.'),
  shutdown_timeout: duration().prefault('30s').describe('How long exporters may go on storing after SIGTERM.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least that is logged.'),
    })
    .prefault({})
    .describe('Its own log, JSON lines on stderr.'),
  telemetry: telemetry
    .prefault({})
    .describe("The collector's own metrics and traces; OpenTelemetry's OTEL_ variables say what is left out here."),
});

export type ServiceSection = z.output<typeof serviceSection>;

export { tenantsSection } from './tenants-section.ts';

export const pluginsSection = z.array(z.string().min(1));

/** Beside the plugin's own options in an exporter's section. */
export const deliverySection = z.strictObject({
  from: z
    .enum(['end', 'earliest'])
    .default('end')
    .describe('Where an exporter that is new to the journal starts: with what comes, or with all that is there.'),
  on_lag: z
    .enum(['block', 'detach'])
    .refine((given) => given === 'block', { message: 'detach is not supported yet', ...NOT_SUPPORTED })
    .default('block')
    .describe('block: what it has not stored stays in the journal. detach is for a later release.'),
  batch: z
    .strictObject({
      max_events: z.int().min(1).max(1_000_000).optional().describe('The most events of one batch.'),
      max_bytes: size().optional().describe('The most bytes of one batch.'),
      max_wait: duration().optional().describe('How long a batch waits for more events.'),
      concurrency: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe('Batches in flight at once, where the exporter can; one that writes archives has one.'),
    })
    .prefault({})
    .describe("How its batches are formed; without it, as suits the plugin's store."),
  retry: z
    .strictObject({
      initial_interval: duration().prefault('500ms').describe('The wait after the first failure; it doubles.'),
      max_interval: duration().prefault('30s').describe('The longest wait.'),
    })
    .refine(({ initial_interval, max_interval }) => initial_interval <= max_interval, {
      path: ['initial_interval'],
      message: 'expected at most max_interval',
    })
    .prefault({})
    .describe('What can be tried again is tried until it is stored.'),
  breaker: z
    .strictObject({
      failures: z.int().min(1).default(5).describe('Attempts in a row that the store took nothing of, until it opens.'),
      open_for: duration().prefault('5s').describe('How long nothing is sent, before a few events ask again.'),
      probe_events: z.int().min(1).default(10).describe('The most events that ask.'),
    })
    .prefault({})
    .describe('Keeps off a store that is down.'),
  timeout: duration().prefault('10s').describe('How long one attempt may take.'),
});
export type DeliverySection = z.output<typeof deliverySection>;
