import type { Kind, ListenerConfig, Plugin } from '../sdk/index.ts';
import type { FoundComponent } from './check/check-components.ts';
import type { FoundTenants } from './check/read-tenants.ts';
import type { ServiceSection } from './check/sections.ts';
import type { CheckedConfig, Component, TelemetryConfig } from './checked-config.ts';
import type { Section } from './config-schema.ts';

/** Puts the checked parts together under the names that code uses. Parts that are wrong are left out. */
export const toCheckedConfig = (
  components: Readonly<Record<Section, readonly FoundComponent[]>>,
  { tenants, tenancy }: FoundTenants,
  service: ServiceSection,
): CheckedConfig => {
  const extensions = ofKind(components.extensions, 'extension');
  return {
    receivers: ofKind(components.receivers, 'receiver'),
    processors: ofKind(components.processors, 'processor'),
    exporters: components.exporters.flatMap((exporter) =>
      exporter.delivery === undefined
        ? []
        : ofKind([exporter], 'exporter').map((found) => ({ ...found, delivery: exporter.delivery! })),
    ),
    extensions: service.extensions.flatMap((id) => extensions.filter((extension) => extension.id === id)),
    pipelines: Object.entries(service.pipelines).map(([name, pipeline]) => ({ name, ...pipeline })),
    tenants,
    tenancy,
    service: {
      journal: {
        type: service.journal.type,
        maxBytes: service.journal.max_bytes,
        segmentBytes: service.journal.segment_bytes,
        minFreeBytes: service.journal.min_free_bytes,
        abandon: service.journal.abandon,
      },
      deadLetters: { maxBytes: service.dead_letters.max_bytes },
      intake: { maxBytes: service.intake.max_bytes, maxBytesPerTenant: service.intake.max_bytes_per_tenant },
      shutdownTimeoutMs: service.shutdown_timeout,
      log: service.log,
      telemetry: toTelemetryConfig(service),
    },
  };
};

const toTelemetryConfig = (service: ServiceSection): TelemetryConfig => {
  const { metrics, traces } = service.telemetry;
  return {
    metrics: {
      level: metrics.level,
      listener: metricsListenerOf(service),
      otlp: metrics.otlp && { endpoint: metrics.otlp.endpoint, intervalMs: metrics.otlp.interval },
    },
    traces: { otlp: traces.otlp, sampleRatio: traces.sample_ratio },
  };
};

/** Where Prometheus reads the metrics. */
export const metricsListenerOf = ({ telemetry }: ServiceSection): ListenerConfig | undefined => {
  const { endpoint, tls, insecure } = telemetry.metrics;
  return endpoint === undefined ? undefined : { endpoint, tls, insecure };
};

const ofKind = <K extends Kind>(
  found: readonly FoundComponent[],
  kind: K,
): readonly Component<Extract<Plugin, { kind: K }>>[] =>
  found.flatMap(({ id, plugin, config }) =>
    plugin?.kind === kind ? [{ id, plugin: plugin as Extract<Plugin, { kind: K }>, config }] : [],
  );
