import { expect, test } from 'vitest';
import { issueLines, load } from './load.ts';

const settingsOf = async (telemetry: string) => {
  const loaded = await load({ over: `service: { telemetry: ${telemetry} }` });
  if (!loaded.ok) throw new Error('it was to be valid');
  return loaded.config.service.telemetry;
};

test('metrics and traces, as code sees them', async () => {
  const telemetry = await settingsOf(
    "{ metrics: { endpoint: '127.0.0.1:8888', otlp: { endpoint: 'http://b:4318' } }, " +
      "traces: { otlp: { endpoint: 'https://b:4318' }, sample_ratio: 0.5 } }",
  );
  expect(telemetry).toEqual({
    metrics: {
      level: 'normal',
      listener: { endpoint: '127.0.0.1:8888', insecure: false },
      otlp: { endpoint: 'http://b:4318', intervalMs: 60_000 },
    },
    traces: { otlp: { endpoint: 'https://b:4318' }, sampleRatio: 0.5 },
  });
});

test('beyond this machine in so many words', async () => {
  const { metrics } = await settingsOf("{ metrics: { endpoint: '0.0.0.0:8888', insecure: true } }");
  expect(metrics.listener).toEqual({ endpoint: '0.0.0.0:8888', insecure: true });
});

const EXPOSED =
  'shows metrics, which name tenants, to whoever reaches it; bind 127.0.0.1, or say insecure: true where something in front decides who may [CONFIG_EXPOSED]';

test.each([
  ['a page for everybody', "{ metrics: { endpoint: '0.0.0.0:8888' } }", `metrics.endpoint: ${EXPOSED}`],
  [
    'TLS decides nothing about who may',
    "{ metrics: { endpoint: '0.0.0.0:8888', tls: { cert_file: a, key_file: b } } }",
    `metrics.endpoint: ${EXPOSED}`,
  ],
  [
    'no URL',
    "{ traces: { otlp: { endpoint: '127.0.0.1:4318' } } }",
    'traces.otlp.endpoint: expected a URL, e.g. http://127.0.0.1:4318 [CONFIG_VALUE]',
  ],
  ['more than all', '{ traces: { sample_ratio: 2 } }', 'traces.sample_ratio: expected at most 1 [CONFIG_VALUE]'],
])('%s', async (_, telemetry, expected) => {
  const lines = await issueLines({ over: `service: { telemetry: ${telemetry} }` });
  expect(lines.map((line) => line.replace(/^app\.yaml:\d+:\d+: service\.telemetry\./, ''))).toEqual([expected]);
});
