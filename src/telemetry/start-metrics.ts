// The metrics' SDK, loaded only where metrics are configured.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { createTimings, type MetricSource, observe, type Timings } from './instruments.ts';
import { SCOPE_NAME } from './links.ts';
import { ownResource } from './own-resource.ts';
import { observeProcess } from './process-instruments.ts';
import type { MetricsSettings } from './settings.ts';

export interface Metrics {
  readonly timings: Timings;
  /** Call once, when there is something to read. */
  read(source: MetricSource): void;
  /** Answers with the text format of Prometheus. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => void;
  shutdown(): Promise<void>;
}

export interface MetricsOptions {
  readonly settings: MetricsSettings;
  readonly serviceName: string;
  readonly version: string;
}

/** The series are bounded where they are counted; the SDK's own bound would hide some of them. */
const MAX_SERIES = 100_000;
const EVERY_MS = 60_000;

export const startMetrics = ({ settings, serviceName, version }: MetricsOptions): Metrics => {
  const prometheus = new PrometheusExporter({
    preventServerStart: true,
    withoutTargetInfo: true,
    withoutScopeInfo: true,
  });
  prometheus.selectCardinalityLimit = () => MAX_SERIES;
  const readers: IMetricReader[] = settings.listener === undefined ? [] : [prometheus];
  if (settings.otlp !== undefined) readers.push(pushingReader(settings.otlp));
  const provider = new MeterProvider({ resource: ownResource(serviceName, version), readers });
  const meter = provider.getMeter(SCOPE_NAME, version);
  const unwatch = observeProcess(meter);
  return {
    timings: createTimings(meter),
    read: (source) => observe(meter, source),
    page: (request, response) => {
      if (request.method === 'GET' || request.method === 'HEAD')
        return prometheus.getMetricsRequestHandler(request, response);
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    },
    shutdown: () => {
      unwatch();
      return provider.shutdown();
    },
  };
};

const pushingReader = ({ url, intervalMs = EVERY_MS }: NonNullable<MetricsSettings['otlp']>): IMetricReader =>
  new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(url === undefined ? {} : { url }),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 10_000),
    cardinalityLimits: { default: MAX_SERIES },
  });
