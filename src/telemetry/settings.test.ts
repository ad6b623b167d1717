import { expect, test } from 'vitest';
import { toTelemetrySettings, type TelemetryConfig } from './settings.ts';

const listener = { endpoint: '127.0.0.1:8888', insecure: false };
const NOTHING: TelemetryConfig = { metrics: { level: 'normal' }, traces: {} };
const PAGE: TelemetryConfig = { metrics: { level: 'normal', listener }, traces: {} };
const PUSHED: TelemetryConfig = {
  metrics: { level: 'normal', otlp: { endpoint: 'http://127.0.0.1:4318/', intervalMs: 5000 } },
  traces: { otlp: { endpoint: 'http://127.0.0.1:4318' }, sampleRatio: 0.1 },
};
const NAME = 'betalogs-collector';

test.each<[string, TelemetryConfig, Record<string, string>, object]>([
  ['nothing is configured', NOTHING, {}, { serviceName: NAME }],
  ['a page', PAGE, {}, { serviceName: NAME, metrics: { listener } }],
  [
    'both are sent: the path of the signal is appended',
    PUSHED,
    {},
    {
      serviceName: NAME,
      metrics: { otlp: { url: 'http://127.0.0.1:4318/v1/metrics', intervalMs: 5000 } },
      traces: { url: 'http://127.0.0.1:4318/v1/traces', sampleRatio: 0.1 },
    },
  ],
  [
    'level none goes before everything about metrics',
    { ...PUSHED, metrics: { ...PUSHED.metrics, listener, level: 'none' }, traces: {} },
    { OTEL_METRICS_EXPORTER: 'otlp' },
    { serviceName: NAME },
  ],
  [
    'the general endpoint is for traces',
    NOTHING,
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' },
    { serviceName: NAME, traces: {} },
  ],
  ['an exporter by name', NOTHING, { OTEL_TRACES_EXPORTER: 'console' }, { serviceName: NAME, traces: {} }],
  [
    'none is an exporter too',
    NOTHING,
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' },
    { serviceName: NAME },
  ],
  ['an empty variable is none', NOTHING, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, { serviceName: NAME }],
  [
    'metrics by their own variables',
    PAGE,
    { OTEL_METRICS_EXPORTER: 'otlp' },
    { serviceName: NAME, metrics: { listener, otlp: {} } },
  ],
  [
    'a sample ratio holds for traces of the variables',
    { ...NOTHING, traces: { sampleRatio: 0.5 } },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x/v1/traces' },
    { serviceName: NAME, traces: { sampleRatio: 0.5 } },
  ],
  [
    'the SDK is disabled: the page stays',
    { ...PAGE, traces: PUSHED.traces },
    { OTEL_SDK_DISABLED: 'TRUE' },
    { serviceName: NAME, metrics: { listener } },
  ],
  ['the service has a name', NOTHING, { OTEL_SERVICE_NAME: 'edge' }, { serviceName: 'edge' }],
  ['among attributes', NOTHING, { OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=edge%201' }, { serviceName: 'edge 1' }],
  [
    'an attribute that is not encoded as it should be',
    NOTHING,
    { OTEL_RESOURCE_ATTRIBUTES: 'service.name=%' },
    { serviceName: '%' },
  ],
])('%s', (_, config, env, expected) => {
  expect(toTelemetrySettings(config, env)).toEqual(expected);
});
