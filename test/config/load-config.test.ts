// What a sound configuration becomes, and what is told of it.
import { expect, test } from 'vitest';
import { effectiveYaml } from '../../src/config/effective-yaml.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { definePlugin, type ExporterPlugin, secret, z } from '../../src/sdk/index.ts';
import { plugins } from '../../plugins/index.ts';
import { BASE, type Given, load } from './load.ts';

const loadSound = async (given: Given) => {
  const loaded = await load(given);
  if (!loaded.ok) throw new Error(loaded.issues.map(({ message }) => message).join('\n'));
  return loaded;
};

test('defaults', async () => {
  const { config } = await loadSound({});
  expect(config.service).toEqual({
    journal: {
      type: 'file',
      maxBytes: 4 * 1024 ** 3,
      segmentBytes: 64 * 1024 ** 2,
      minFreeBytes: 256 * 1024 ** 2,
      abandon: [],
    },
    deadLetters: { maxBytes: 256 * 1024 ** 2 },
    intake: { maxBytes: 256 * 1024 ** 2, maxBytesPerTenant: 64 * 1024 ** 2 },
    shutdownTimeoutMs: 30_000,
    log: { level: 'info' },
    telemetry: { metrics: { level: 'normal' }, traces: {} },
  });
  expect(config.exporters[0]?.delivery).toEqual({
    from: 'end',
    onLag: 'block',
    batch: { maxEvents: undefined, maxBytes: undefined, maxWaitMs: undefined },
    retry: { initialMs: 500, maxMs: 30_000 },
    breaker: { failures: 5, openForMs: 5000, probeEvents: 10 },
    timeoutMs: 10_000,
  });
  expect(config.tenants).toEqual([]);
});

test('what is given: the engine takes its settings, the plugin its own', async () => {
  const over = `
exporters: { file/copy: { path: copy.ndjson, from: earliest, timeout: 1m, batch: { max_events: 5, max_wait: 2s }, retry: { initial_interval: 1s } } }
tenants: [{ id: acme, api_keys: [{ prefix: blk_12345678, sha256: ${'a'.repeat(64)} }] }]
extensions: { health: , query:  }
service:
  extensions: [query, health]
  pipelines: { events: { exporters: [sqlite, file/copy] } }
  journal: { abandon: [gone] }`;
  const { config } = await loadSound({ over });
  expect(config.exporters[1]).toMatchObject({
    id: 'file/copy',
    config: { path: 'copy.ndjson' },
    delivery: {
      from: 'earliest',
      batch: { maxEvents: 5, maxBytes: undefined, maxWaitMs: 2000 },
      retry: { initialMs: 1000, maxMs: 30_000 },
      timeoutMs: 60_000,
    },
  });
  expect(config.extensions.map(({ id }) => id)).toEqual(['query', 'health']);
  expect(config.tenants).toEqual([
    { id: 'acme', apiKeys: [{ prefix: 'blk_12345678', sha256: 'a'.repeat(64), scopes: ['ingest'] }] },
  ]);
  expect(config.service.journal.abandon).toEqual(['gone']);
});

const vault: ExporterPlugin = definePlugin({
  kind: 'exporter',
  type: 'vault',
  stability: 'experimental',
  summary: 'Has secrets.',
  guarantee: 'none',
  batch: { maxEvents: 1, maxBytes: 1, maxWaitMs: 0 },
  config: z.strictObject({
    password: secret().describe('A secret.'),
    nested: z
      .array(z.strictObject({ token: secret() }))
      .default([])
      .describe('Secrets in a list.'),
    url: z.string().optional().describe('May hold a password.'),
  }),
  create: () => ({ export: async () => [], stop: async () => {} }),
}) as ExporterPlugin;
const registry = createRegistry([...plugins, vault]);

test('print-config masks secrets, and tells where each value comes from', async () => {
  const over = `
exporters:
  vault:
    password: \${env:PASSWORD}
    nested: [{ token: hunter2 }]
    url: postgres://me:hunter2@host/db
service: { pipelines: { events: { exporters: [vault, sqlite] } } }`;
  const loaded = await loadSound({
    over,
    env: { PASSWORD: 'hunter2' },
    sets: ['exporters.sqlite.path=a.db'],
    registry,
  });
  const text = effectiveYaml(loaded.effective, { origins: true });
  expect(text).not.toContain('hunter2');
  expect(text).toContain('    password: "***" # app.yaml:4 (env:PASSWORD)\n');
  expect(text).toContain('    url: postgres://me:***@host/db # app.yaml:6\n');
  expect(text).toContain('    path: a.db # --set:1\n');
  expect(text).toContain('    timeout: 10s # default\n');
  expect(text).toContain('    endpoint: 127.0.0.1:4319 # base.yaml:2\n');
  expect(JSON.stringify(loaded.config.exporters.at(-1)?.config)).toContain('"password":"***"');
});

test('a bad secret is not told', async () => {
  const over =
    'exporters: { vault: { password: [hunter2], url: 5 } }\nservice: { pipelines: { events: { exporters: [vault, sqlite] } } }';
  const loaded = await load({ over, registry });
  expect(loaded).toMatchObject({ ok: false, issues: [{ code: 'CONFIG_TYPE' }, { code: 'CONFIG_TYPE' }] });
  expect(JSON.stringify(loaded)).not.toContain('hunter2');
});

test('what print-config prints loads again, and is the same', async () => {
  const { effective } = await loadSound({});
  const again = await loadSound({ files: { 'base.yaml': effectiveYaml(effective, { origins: false }) } });
  expect(effectiveYaml(again.effective, { origins: false })).toBe(effectiveYaml(effective, { origins: false }));
  expect(again.config).toEqual((await loadSound({ files: { 'base.yaml': BASE } })).config);
});
