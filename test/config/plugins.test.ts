// What `plugins:` names: files and packages, sound and not, and the program's own SDK under its public name.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { formatIssue } from '../../src/config/issue.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { BASE } from './load.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'betalogs-plugins-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const processor = (type: string): string =>
  `{ kind: 'processor', type: '${type}', stability: 'beta', summary: 'Does nothing.', config: z.strictObject({ keep: z.string() }), create: () => (batches) => batches }`;
const SDK = `import { definePlugin, z } from 'betalogs-collector/sdk';\n`;

const files: Readonly<Record<string, string>> = {
  'good.ts': `${SDK}const answer: number = 1;\nexport default definePlugin(${processor('good')});`,
  'array.ts': `${SDK}export default [${processor('first')}, ${processor('second')}];`,
  'throws.ts': `throw new Error('no luck\\nsecond line');`,
  'empty.ts': `export const something = 1;`,
  'shape.ts': `export default { kind: 'processor' };`,
  'second.ts': `${SDK}export default [${processor('third')}, { kind: 'procesor', type: 'x' }];`,
  'taken.ts': `${SDK}export default ${processor('redact')};`,
  'exporter.ts': `${SDK}export default { kind: 'exporter', type: 'own', stability: 'beta', summary: 'x', guarantee: 'x', batch: { maxEvents: 1, maxBytes: 1, maxWaitMs: 0 }, config: z.strictObject({ timeout: z.string() }), create: () => ({}) };`,
  'node_modules/packaged/package.json': `{ "name": "packaged", "type": "module", "exports": { "import": "./index.js" } }`,
  'node_modules/packaged/index.js': `${SDK}export default ${processor('packaged')};`,
};

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
});

const issuesOf = async (names: readonly string[], sets: readonly string[] = []): Promise<readonly string[]> => {
  writeFileSync(join(directory, 'app.yaml'), `${BASE}plugins:\n${names.map((name) => `  - ${name}\n`).join('')}`);
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const loaded = await loadConfig(
    { files: ['app.yaml'], sets, env: {}, cwd: directory, readText },
    createRegistry(plugins),
  );
  return loaded.ok ? [] : loaded.issues.map(formatIssue);
};

test.each([
  ['./gone.ts', '"./gone.ts": there is no such file [CONFIG_PLUGIN_NOT_FOUND]'],
  ['good.ts', '"good.ts": no such package is installed; did you mean "./good.ts"? [CONFIG_PLUGIN_NOT_FOUND]'],
  ['./throws.ts', '"./throws.ts": throws when it is imported: no luck [CONFIG_PLUGIN_FAILED]'],
  ['./empty.ts', '"./empty.ts": has no default export; export a plugin, or an array of them [CONFIG_PLUGIN_SHAPE]'],
  ['./shape.ts', '"./shape.ts": its "type" must be text [CONFIG_PLUGIN_SHAPE]'],
  [
    './second.ts',
    '"./second.ts": of its plugins, number 2: its "kind" must be one of: receiver, processor, exporter, extension [CONFIG_PLUGIN_SHAPE]',
  ],
  ['./taken.ts', '"./taken.ts": there already is a processor "redact" [CONFIG_PLUGIN_REPEATED]'],
  ['./exporter.ts', '"./exporter.ts": its option "timeout" is the engine\'s own [CONFIG_PLUGIN_SHAPE]'],
])('%s', async (name, words) => {
  expect(await issuesOf([name])).toEqual([`app.yaml:9:5: plugins.0: ${words}`]);
});

test('an unknown component is not reported where the plugin that may have it could not be loaded', async () => {
  expect(await issuesOf(['./throws.ts'], ['processors.environments={}'])).toEqual([
    'app.yaml:9:5: plugins.0: "./throws.ts": throws when it is imported: no luck [CONFIG_PLUGIN_FAILED]',
  ]);
});

/** The program itself, where no test runner resolves modules. */
const validate = (
  config: string,
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'validate', '--config', config], { cwd: directory }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });

test('a file and a package outside this one find its SDK, and their options are checked', async () => {
  const options = (keep: string): string => `
plugins: [./good.ts, ./array.ts, packaged]
processors: { validate: , normalize: , redact: , good: ${keep}, first: ${keep}, second: ${keep}, packaged: ${keep} }
service: { pipelines: { events: { processors: [validate, normalize, redact, good, first, second, packaged] } } }
`;
  const given = (keep: string): string =>
    BASE.replace(/^(processors|service):.*$/gm, '').replace(/^ {2}.*\n/gm, '') +
    options(keep).replace('events: {', 'events: { receivers: [http], exporters: [sqlite],');
  writeFileSync(join(directory, 'sound.yaml'), given('{ keep: x }'));
  expect(await validate('sound.yaml')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('redact, good, first, second, packaged -> sqlite'),
  });
  writeFileSync(join(directory, 'broken.yaml'), given('{ kep: x }'));
  const { code, stderr } = await validate('broken.yaml');
  expect(code).toBe(2);
  expect(stderr.match(/unknown key "kep"; did you mean "keep"\? \[CONFIG_UNKNOWN_KEY\]/g)).toHaveLength(4);
});
