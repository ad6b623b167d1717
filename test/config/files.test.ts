import { expect, test } from 'vitest';
import { BASE, type BrokenCase, issueLines } from './load.ts';

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(9)}*${'abcdefgh'[i]}]`),
].join('\n');

const cases: readonly BrokenCase[] = [
  {
    name: 'a list that is not closed',
    over: 'receivers:\n  http: [a, b\nexporters: {}',
    lines: [
      'app.yaml:3:1: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ] [CONFIG_SYNTAX]',
    ],
  },
  {
    name: 'a quote that is not closed',
    over: 'receivers: { http: { endpoint: "127.0.0.1 } }',
    lines: [
      'app.yaml:1:46: not valid YAML: missing closing "quote [CONFIG_SYNTAX]',
      'app.yaml:1:46: not valid YAML: flow map in block collection must be sufficiently indented and end with a } [CONFIG_SYNTAX]',
    ],
  },
  {
    name: 'a tab',
    over: 'receivers:\n\thttp: {}',
    lines: ['app.yaml:2:1: not valid YAML: tabs are not allowed as indentation [CONFIG_SYNTAX]'],
  },
  {
    name: 'a key twice',
    over: 'receivers:\n  http: {}\n  http: {}',
    lines: ['app.yaml:3:3: this key is already given in the same map [CONFIG_DUPLICATE_KEY]'],
  },
  {
    name: 'a section twice, in each file its own line',
    files: { 'a.yaml': 'receivers: {}\nreceivers: {}', 'b.yaml': 'a: 1\n\n\na: 2' },
    lines: [
      'a.yaml:2:1: this key is already given in the same map [CONFIG_DUPLICATE_KEY]',
      'b.yaml:4:1: this key is already given in the same map [CONFIG_DUPLICATE_KEY]',
    ],
  },
  {
    name: 'an alias of nothing',
    over: 'receivers: { http: *gone }',
    lines: ['app.yaml:1:20: receivers.http: nothing is anchored as "gone" before this [CONFIG_SYNTAX]'],
  },
  {
    name: 'a tag',
    over: 'receivers: { http: { endpoint: !secret x } }',
    lines: ['app.yaml:1:32: not valid YAML: unresolved tag: !secret [CONFIG_SYNTAX]'],
  },
  {
    name: 'two documents',
    over: 'a: 1\n---\nb: 2',
    lines: ['app.yaml:2:1: not valid YAML: expected one document; give several files instead [CONFIG_SYNTAX]'],
  },
  {
    name: 'a list as a key',
    over: 'receivers:\n  ? [a]\n  : 1',
    lines: ['app.yaml:2:5: receivers: expected text as a key [CONFIG_SYNTAX]'],
  },
  {
    name: 'an alias bomb',
    over: bomb,
    lines: ['app.yaml:1:7: e: holds too many values, or is nested too deep [CONFIG_SYNTAX]'],
  },
  {
    name: 'an alias of itself',
    over: 'receivers: &a { http: *a }',
    lines: ['app.yaml:1:23: receivers: holds too many values, or is nested too deep [CONFIG_SYNTAX]'],
  },
  {
    name: 'a file that is too large',
    over: `# ${'x'.repeat(1024 ** 2)}`,
    lines: ['app.yaml:1:1: is larger than 1 MiB [CONFIG_TOO_LARGE]'],
  },
  {
    name: 'a mistake in the second file',
    files: { 'base.yaml': BASE, 'over.yaml': '\n\nexporters:\n    sqlite: { pat: a.db }' },
    lines: ['over.yaml:4:15: exporters.sqlite.pat: unknown key "pat"; did you mean "path"? [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: 'a mistake in the first file that the second lays nothing over',
    files: { 'base.yaml': `${BASE}  log: { level: loud }`, 'over.yaml': 'service: { shutdown_timeout: 5s }' },
    lines: ['base.yaml:8:17: service.log.level: expected one of: debug, info, warn, error [CONFIG_VALUE]'],
  },
  {
    name: 'a mistake in the first file that the second corrects',
    files: { 'base.yaml': `${BASE}  log: { level: loud }`, 'over.yaml': 'service: { log: { level: warn } }' },
    lines: [],
  },
  {
    name: 'a list replaced by the second file',
    files: { 'base.yaml': BASE, 'over.yaml': 'service:\n  pipelines:\n    events:\n      processors: [normalize]' },
    lines: [
      'base.yaml:3:15: processors.validate: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      'base.yaml:3:40: processors.redact: is configured, but no pipeline uses it [CONFIG_UNUSED]',
    ],
  },
  {
    name: '--set without a value',
    sets: ['receivers.http.endpoint'],
    lines: ['--set:1:1: expected path=value, e.g. receivers.http.endpoint=127.0.0.1:0 [CONFIG_SET]'],
  },
  {
    name: '--set with an empty key',
    sets: ['receivers..endpoint=x'],
    lines: ['--set:1:1: expected path=value, e.g. receivers.http.endpoint=127.0.0.1:0 [CONFIG_SET]'],
  },
  {
    name: '--set of an unknown key',
    sets: ['service.log.level=info', 'receivers.http.endpont=127.0.0.1:0'],
    lines: ['--set:2:16: receivers.http.endpont: unknown key "endpont"; did you mean "endpoint"? [CONFIG_UNKNOWN_KEY]'],
  },
  {
    name: '--set of a bad value',
    sets: ['service.log.level=lod'],
    lines: ['--set:1:19: service.log.level: expected one of: debug, info, warn, error [CONFIG_VALUE]'],
  },
  {
    name: '--set with a value that is no YAML',
    sets: ['receivers.http={a: [}'],
    lines: [
      '--set:1:21: not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ] [CONFIG_SYNTAX]',
      '--set:1:21: not valid YAML: flow map must end with a } [CONFIG_SYNTAX]',
    ],
  },
  {
    name: '--set of a bad value within a map',
    sets: ['receivers.http={ endpoint: "127.0.0.1:1", insecure: no }'],
    lines: ['--set:1:53: receivers.http.insecure: expected true or false, found text [CONFIG_TYPE]'],
  },
  {
    name: '--set goes before files',
    over: 'service: { log: { level: loud } }',
    sets: ['service.log.level=warn'],
    lines: [],
  },
  {
    name: '--set of a component with a name',
    sets: ['exporters.file/a.path=5'],
    lines: [
      '--set:1:11: exporters.file/a: is configured, but no pipeline uses it [CONFIG_UNUSED]',
      '--set:1:23: exporters.file/a.path: expected text, found a whole number [CONFIG_TYPE]',
    ],
  },
];

test.each(cases)('$name', async ({ lines, ...given }) => {
  expect(await issueLines(given)).toEqual(lines);
});
