// The OpenTelemetry SDK, as any service sets it up: OTLP to OTEL_EXPORTER_OTLP_ENDPOINT, service.* from OTEL_RESOURCE_ATTRIBUTES.
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';

export interface Telemetry {
  /** Sends what waits. */
  shutdown(): Promise<void>;
}

/** The exporters read their endpoint from the environment and add `/v1/traces` and `/v1/logs` themselves. */
export const startTelemetry = (serviceName: string, flushAfterMs: number): Telemetry => {
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter(),
    logRecordProcessors: [
      new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(), scheduledDelayMillis: flushAfterMs }),
    ],
  });
  sdk.start();
  return { shutdown: () => sdk.shutdown() };
};
