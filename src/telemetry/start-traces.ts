// OpenTelemetry's SDK, loaded only where traces are configured: it takes a third of a second and 30 MB.
import { context, SamplingDecision, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { createBatchSpans, type BatchSpans } from './batch-spans.ts';
import { SCOPE_NAME } from './links.ts';
import { ownResource } from './own-resource.ts';
import type { TracesSettings } from './settings.ts';

export interface Traces {
  readonly spans: BatchSpans;
  /** What a log line says of the span that is active. */
  activeSpan(): Readonly<Record<string, string>> | undefined;
  /** Sends what is finished. */
  shutdown(): Promise<void>;
}

export interface TracesOptions {
  readonly settings: TracesSettings;
  readonly serviceName: string;
  readonly version: string;
  readonly random: () => number;
}

/** The batch was sampled before the tracer is asked. */
const ALWAYS = { shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }), toString: () => 'Always' };

export const startTraces = ({ settings, serviceName, version, random }: TracesOptions): Traces => {
  const { url, sampleRatio } = settings;
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: ownResource(serviceName, version),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
    ...(url !== undefined && { traceExporter: new OTLPTraceExporter({ url }) }),
    ...(sampleRatio !== undefined && { sampler: ALWAYS }),
  });
  sdk.start();
  const tracer = trace.getTracer(SCOPE_NAME, version);
  return {
    spans: createBatchSpans({ tracer, serviceName, sampleRatio: sampleRatio ?? 1, random }),
    activeSpan: () => {
      const active = trace.getSpanContext(context.active());
      return active && { trace_id: active.traceId, span_id: active.spanId };
    },
    shutdown: () => sdk.shutdown(),
  };
};
