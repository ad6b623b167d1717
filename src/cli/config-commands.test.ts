import { expect, test } from 'vitest';
import { components } from './components.ts';
import type { CliIo } from './io.ts';
import { printConfig } from './print-config.ts';
import { schema } from './schema.ts';
import { validate } from './validate.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const DEFAULT = { configs: ['config/default.yaml'], sets: [], json: false, quiet: false, origins: false };

type Args = typeof DEFAULT;
const run = async (
  command: (args: Args, io: CliIo) => Promise<number>,
  args: Partial<Record<keyof Args, unknown>> = {},
) => {
  const said = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: (text) => void (said.stdout += text),
    stderr: (text) => void (said.stderr += text),
    env: {},
    cwd: ROOT,
    columns: 80,
    color: false,
    interactive: false,
  };
  const code = await command({ ...DEFAULT, ...args } as Args, io);
  return { code, ...said };
};

const BROKEN = { sets: ['receivers.http.endpont=127.0.0.1:0'] };
const LINE =
  '--set:1:16: receivers.http.endpont: unknown key "endpont"; did you mean "endpoint"? [CONFIG_UNKNOWN_KEY]\n';

test('validate says what is wired', async () => {
  expect(await run(validate)).toEqual({
    code: 0,
    stdout: [
      'config/default.yaml: valid',
      '  events: http, otlp -> validate, normalize, correlate, redact, tenant_filter -> sqlite, directory',
      '  extensions: health, query',
      '  tenants: none, everything belongs to "default"',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test.each([validate, printConfig, components, schema])(
  '%o prints issues on stderr and exits with 2',
  async (command) => {
    expect(await run(command, BROKEN)).toEqual({ code: 2, stdout: '', stderr: LINE });
  },
);

test('--json: issues as one array on stdout, an empty one where there are none', async () => {
  const { code, stdout, stderr } = await run(validate, { ...BROKEN, json: true });
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(JSON.parse(stdout)).toEqual([
    {
      file: '--set',
      line: 1,
      column: 16,
      path: 'receivers.http.endpont',
      code: 'CONFIG_UNKNOWN_KEY',
      message: 'unknown key "endpont"; did you mean "endpoint"?',
      suggestion: 'endpoint',
    },
  ]);
  expect(await run(validate, { json: true })).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
});

test('components lists every plugin with its options, as text and as JSON', async () => {
  const text = await run(components, { configs: [] });
  expect(text.stdout).toMatch(/^receivers\n {2}http \(beta\)\n/);
  expect(text.stdout).toContain('\n      max_event_bytes: size, default 1MiB\n');
  const long = text.stdout.split('\n').filter((line) => line.length > 80);
  expect(long).toEqual([]);
  const { stdout } = await run(components, { configs: [], json: true });
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({
      kind: 'exporter',
      type: 'sqlite',
      guarantee: 'exactly once per (tenant, eventId)',
      options: [expect.objectContaining({ name: 'path', type: 'text', required: false, default: 'events.db' })],
    }),
  );
});

test('print-config: the effective configuration, as YAML and as JSON, with origins where asked', async () => {
  const plain = await run(printConfig);
  expect(plain.stdout).toContain('  max_batch_events: 1000\n');
  const origins = await run(printConfig, { origins: true, sets: ['service.log.level=warn'] });
  expect(origins.stdout).toContain('    level: warn # --set:1\n');
  const json = await run(printConfig, { origins: true, json: true });
  expect(JSON.parse(json.stdout)).toMatchObject({
    config: { service: { log: { level: 'info' } } },
    origins: {
      'service.log.level': 'default',
      'receivers.http.endpoint': expect.stringMatching(/^config\/default\.yaml:\d+$/),
    },
  });
});

test('schema: a JSON Schema with every section', async () => {
  const { code, stdout } = await run(schema, { configs: [] });
  expect(code).toBe(0);
  expect(Object.keys((JSON.parse(stdout) as { properties: object }).properties)).toEqual([
    'plugins',
    'receivers',
    'processors',
    'exporters',
    'extensions',
    'tenants',
    'service',
  ]);
});
