import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDeadLetterQueue } from '../delivery/dead-letter-queue.ts';
import { openDeadLetters } from '../delivery/dead-letters.ts';
import { createCounters } from '../pipeline/counters.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type {
  CollectorStatus,
  ComponentContext,
  Endpoint,
  HttpMount,
  ListenerConfig,
  ReportViolation,
} from '../sdk/index.ts';
import type { Metrics } from '../telemetry/start-metrics.ts';
import { buildDeliveries } from './deliveries.ts';
import { createDeliveryCounts } from './delivery-counts.ts';
import { createHttpHost } from './http-host.ts';
import { logFor } from './log.ts';
import { giveUpBacklogs, openJournal } from './open-journal.ts';
import { createMetricSource } from './metric-source.ts';
import { openTenancy } from './open-tenancy.ts';
import { openStore } from './open-store.ts';
import { buildPipelines } from './pipelines.ts';
import { startExtensions } from './start-extensions.ts';
import { startReceivers } from './start-receivers.ts';
import type { CollectorOptions, Scope } from './scope.ts';
import { createStatus } from './status.ts';
import { VERSION } from './version.ts';

export interface Collector {
  /** In the order of their start. */
  readonly endpoints: readonly Endpoint[];
  status(): CollectorStatus;
  /** Stops receiving, drains to the stores within the shutdown timeout. Tells the ids of exporters that still have a backlog. */
  stop(): Promise<readonly string[]>;
}

/** Starts journal, stores, extensions and receivers, in this order. Resolves when everything listens. */
export const startCollector = async (options: CollectorOptions): Promise<Collector> => {
  const scope: Scope = { stack: new AsyncDisposableStack(), deadline: AbortSignal.abort() };
  try {
    return await start(options, scope);
  } catch (error) {
    await scope.stack.disposeAsync();
    throw error;
  }
};

const start = async (options: CollectorOptions, scope: Scope): Promise<Collector> => {
  const { config, dataDir, keys, clock, log, random, telemetry } = options;
  const { stack } = scope;
  const counters = createCounters();
  const { metrics, spans } = telemetry;
  const delivered = metrics && createDeliveryCounts(metrics.timings.exported);
  const contextOf = (id: string): ComponentContext => ({
    id,
    log: logFor(log, { component: id }),
    clock,
    keys,
    dataDir,
    version: VERSION,
  });
  /** Ends what may take long and can be asked for again. */
  const stopping = new AbortController();
  let phase: 'starting' | 'running' | 'stopping' = 'starting';

  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const journal = await openJournal(options);
  stack.defer(() => journal.close());
  const deadLetters = await openDeadLetters({
    directory: join(dataDir, 'dead-letters'),
    maxBytes: config.service.deadLetters.maxBytes,
    clock,
    log,
  });
  stack.defer(() => deadLetters.close());
  await giveUpBacklogs(journal, deadLetters, options);
  const host = createHttpHost({ log, clock });
  stack.defer(() => host.close(scope.deadline));
  const store = openStore(config, keys, contextOf);
  if (store !== undefined) stack.defer(() => store.close());

  const deliveries = buildDeliveries({
    config,
    journal,
    deadLetters,
    clock,
    random,
    metrics: delivered,
    spans,
    contextOf,
  });
  const status = createStatus({ config, journal, deliveries, counters, clock, phase: () => phase });
  let pipelines: readonly Pipeline[] = [];
  // What came without a batch has no pipeline of its own: the first one takes it.
  const reportViolation: ReportViolation = (violation) => void pipelines[0]?.report(violation);
  const tenancy = openTenancy({
    config,
    clock,
    log,
    onFailure: (failure) => reportViolation({ ...failure, component: 'tenants' }),
  });
  const authenticator = tenancy.service;
  stack.defer(() => tenancy.close());
  const extensionEndpoints = await startExtensions(scope, config.extensions, (id) => ({
    ...contextOf(id),
    listen: host.listen,
    authenticator,
    reportViolation,
    store,
    deadLetters: createDeadLetterQueue({
      letters: deadLetters,
      exporters: new Map([...deliveries].map(([name, { delivery }]) => [name, delivery.tryOnce])),
      signal: stopping.signal,
    }),
    status,
  }));
  for (const { delivery } of deliveries.values()) {
    delivery.start();
    stack.defer(() => delivery.stop(scope.deadline));
  }
  pipelines = buildPipelines({ config, journal, counters, log, clock, contextOf });
  const receiverEndpoints = await startReceivers(scope, {
    config,
    pipelines,
    authenticator,
    deadLetters,
    journal,
    counters,
    clock,
    metrics: delivered,
    tracing: spans,
    onAnswered: metrics?.timings.answered,
    contextOf: (id) => ({ ...contextOf(id), listen: host.listen }),
  });
  if (metrics !== undefined && delivered !== undefined) {
    const cursors = new Map([...deliveries].map(([id, { cursor }]) => [id, cursor]));
    metrics.read(createMetricSource({ config, counters, delivered, journal, cursors, clock }));
  }
  const metricsEndpoints =
    metrics?.listener === undefined ? [] : [await host.listen(pageOf(metrics.listener, metrics))];
  phase = 'running';

  return {
    endpoints: [...receiverEndpoints, ...extensionEndpoints, ...metricsEndpoints],
    status,
    stop: async () => {
      phase = 'stopping';
      stopping.abort();
      scope.deadline = AbortSignal.timeout(config.service.shutdownTimeoutMs);
      await stack.disposeAsync();
      return [...deliveries].filter(([, { cursor }]) => cursor.pendingFrames() > 0).map(([id]) => id);
    },
  };
};

/** What Prometheus reads. */
const pageOf = (listener: ListenerConfig, { page }: Pick<Metrics, 'page'>): HttpMount => ({
  name: 'metrics',
  listener,
  paths: ['/metrics'],
  handler: page,
});
