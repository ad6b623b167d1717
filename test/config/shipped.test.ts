// The configurations that are shipped, and every plugin's example.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { editorSchema } from '../../src/config/config-schema.ts';
import { formatIssue } from '../../src/config/issue.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRegistry } from '../../src/registry/registry.ts';

const ROOT = join(import.meta.dirname, '../..');
const registry = createRegistry(plugins);
const loadFiles = (...files: readonly string[]) =>
  loadConfig({ files, sets: [], env: {}, cwd: ROOT, readText: (path) => readFileSync(path, 'utf8') }, registry);

const shipped = readdirSync(join(ROOT, 'config')).filter((name) => name.endsWith('.yaml'));

test.each(shipped)('config/%s is valid as it is', async (name) => {
  const loaded = await loadFiles(`config/${name}`);
  expect(loaded.ok ? [] : loaded.issues.map(formatIssue)).toEqual([]);
});

test.each(shipped)('config/%s names its schema for editors', (name) => {
  expect(readFileSync(join(ROOT, 'config', name), 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\.\/schema\.json\n/,
  );
});

test('default.yaml is what the interface promises', async () => {
  const loaded = await loadFiles('config/default.yaml');
  expect(loaded).toMatchObject({
    ok: true,
    config: {
      pipelines: [
        {
          receivers: ['http', 'otlp'],
          processors: ['validate', 'normalize', 'correlate', 'redact', 'tenant_filter'],
          exporters: ['sqlite', 'directory'],
        },
      ],
      extensions: [{ id: 'health' }, { id: 'query' }],
    },
  });
});

const folders = ['receivers', 'processors', 'exporters', 'extensions'].flatMap((kind) =>
  readdirSync(join(ROOT, 'plugins', kind)).map((name) => `plugins/${kind}/${name}`),
);

test.each(folders)('%s/example.yaml has nothing wrong but that nothing uses it', async (folder) => {
  const loaded = await loadFiles(`${folder}/example.yaml`);
  const codes = loaded.ok ? [] : loaded.issues.map(({ code, path }) => `${code} ${path}`);
  expect(codes).toEqual(['CONFIG_REQUIRED service']);
});

test('the schema for editors takes a reference where something else than text is asked for', () => {
  const schema = JSON.stringify(editorSchema(registry).properties?.['receivers']);
  expect(schema).toContain('"anyOf":[{"type":"integer","minimum":1,"maximum":100000},{"$ref":"#/$defs/reference"}]');
  expect(schema).toContain('"default":"1MiB"');
});
