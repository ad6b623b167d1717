import type { Clock } from '../event/time.ts';
import type { ListenerConfig, Log } from '../sdk/index.ts';
import type { BatchSpans } from './batch-spans.ts';
import type { TelemetrySettings } from './settings.ts';
import type { Metrics } from './start-metrics.ts';

/** The collector's own metrics and traces; parts that are not configured are absent, and cost nothing. */
export interface Telemetry {
  readonly metrics?: Omit<Metrics, 'shutdown'> & { readonly listener?: ListenerConfig | undefined };
  readonly spans?: BatchSpans;
  /** For a log line: the span that is active. */
  activeSpan(): Readonly<Record<string, string>> | undefined;
  /** Sends what is left, for a few seconds at most. Never rejects. */
  shutdown(): Promise<void>;
}

export const NO_TELEMETRY: Telemetry = { activeSpan: () => undefined, shutdown: async () => {} };

export interface TelemetryOptions {
  readonly settings: TelemetrySettings;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

const SHUTDOWN_MS = 3000;

/** Loads of OpenTelemetry only what the settings ask for. */
export const openTelemetry = async ({ settings, clock, log, ...who }: TelemetryOptions): Promise<Telemetry> => {
  const { serviceName, metrics: metricsSettings, traces: tracesSettings } = settings;
  if (metricsSettings === undefined && tracesSettings === undefined) return NO_TELEMETRY;
  const { logDiagnostics } = await import('./diagnostics.ts');
  logDiagnostics(log, () => clock.monotonicMs());
  const metrics =
    metricsSettings &&
    (await import('./start-metrics.ts')).startMetrics({ ...who, serviceName, settings: metricsSettings });
  const traces =
    tracesSettings &&
    (await import('./start-traces.ts')).startTraces({ ...who, serviceName, settings: tracesSettings });
  return {
    ...(metrics && { metrics: { ...metrics, listener: metricsSettings.listener } }),
    ...(traces && { spans: traces.spans }),
    activeSpan: () => traces?.activeSpan(),
    shutdown: () => withinTime(clock, Promise.all([metrics?.shutdown(), traces?.shutdown()])),
  };
};

/** A receiver of telemetry that does not answer must not hold the process. */
const withinTime = async (clock: Clock, ended: Promise<unknown>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.schedule(SHUTDOWN_MS, resolve);
  await Promise.race([Promise.allSettled([ended]), promise]);
  cancel();
};
