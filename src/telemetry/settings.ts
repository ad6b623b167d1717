// What the configuration and OpenTelemetry's standard variables say together; the configuration goes first.
import type { ListenerConfig } from '../sdk/index.ts';

/** `service.telemetry` of the configuration. */
export interface TelemetryConfig {
  readonly metrics: {
    readonly level: 'none' | 'normal';
    readonly listener?: ListenerConfig | undefined;
    readonly otlp?: { readonly endpoint: string; readonly intervalMs: number } | undefined;
  };
  readonly traces: {
    readonly otlp?: { readonly endpoint: string } | undefined;
    readonly sampleRatio?: number | undefined;
  };
}

export interface TelemetrySettings {
  readonly serviceName: string;
  readonly metrics?: MetricsSettings;
  readonly traces?: TracesSettings;
}

export interface MetricsSettings {
  /** Where Prometheus reads them. */
  readonly listener?: ListenerConfig;
  /** Undefined `url`: as OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT say. */
  readonly otlp?: { readonly url?: string; readonly intervalMs?: number };
}

export interface TracesSettings {
  /** Undefined: as the OTEL_ variables say, protocol included. */
  readonly url?: string;
  /** Undefined: as OTEL_TRACES_SAMPLER says, else all. */
  readonly sampleRatio?: number;
}

type Env = Readonly<Record<string, string | undefined>>;

export const SERVICE_NAME = 'betalogs-collector';

export const toTelemetrySettings = (config: TelemetryConfig, env: Env): TelemetrySettings => {
  const serviceName = serviceNameOf(env);
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return { serviceName, ...listenerOnly(config) };
  const metrics = metricsOf(config, env);
  const traces = tracesOf(config, env);
  return { serviceName, ...(metrics && { metrics }), ...(traces && { traces }) };
};

/** The variable switches off what is sent, not the page that somebody configured and reads. */
const listenerOnly = ({ metrics: { level, listener } }: TelemetryConfig): Pick<TelemetrySettings, 'metrics'> =>
  level === 'none' || listener === undefined ? {} : { metrics: { listener } };

const metricsOf = ({ metrics: { level, listener, otlp } }: TelemetryConfig, env: Env): MetricsSettings | undefined => {
  if (level === 'none') return undefined;
  const pushed =
    otlp === undefined
      ? metricsFromEnv(env)
      : { url: signalUrl(otlp.endpoint, 'metrics'), intervalMs: otlp.intervalMs };
  if (listener === undefined && pushed === undefined) return undefined;
  return { ...(listener && { listener }), ...(pushed && { otlp: pushed }) };
};

/** A general endpoint alone does not push metrics: many a receiver of traces, this collector among them, has no use for them. */
const metricsFromEnv = (env: Env): MetricsSettings['otlp'] => {
  const exporter = env['OTEL_METRICS_EXPORTER'];
  const isWanted = isSet(exporter) ? exporter === 'otlp' : isSet(env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT']);
  return isWanted ? {} : undefined;
};

const tracesOf = ({ traces: { otlp, sampleRatio } }: TelemetryConfig, env: Env): TracesSettings | undefined => {
  if (otlp === undefined && !tracesFromEnv(env)) return undefined;
  return {
    ...(otlp && { url: signalUrl(otlp.endpoint, 'traces') }),
    ...(sampleRatio !== undefined && { sampleRatio }),
  };
};

const tracesFromEnv = (env: Env): boolean => {
  const exporter = env['OTEL_TRACES_EXPORTER'];
  if (isSet(exporter)) return exporter !== 'none';
  return isSet(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) || isSet(env['OTEL_EXPORTER_OTLP_ENDPOINT']);
};

const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

/** As of OTEL_EXPORTER_OTLP_ENDPOINT: the signal's path is appended. */
const signalUrl = (endpoint: string, signal: 'traces' | 'metrics'): string =>
  `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;

const serviceNameOf = (env: Env): string => {
  if (isSet(env['OTEL_SERVICE_NAME'])) return env['OTEL_SERVICE_NAME'];
  const named = (env['OTEL_RESOURCE_ATTRIBUTES'] ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .find(([key]) => key?.trim() === 'service.name')?.[1];
  return isSet(named) ? decoded(named.trim()) : SERVICE_NAME;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded: the name as it is.
    return text;
  }
};
