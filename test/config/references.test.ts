import { expect, test } from 'vitest';
import { BASE, type BrokenCase, issueLines, load } from './load.ts';

const cases: readonly BrokenCase[] = [
  {
    name: 'a variable that is not set',
    over: 'exporters:\n  sqlite:\n    path: ${env:DB_PATH}',
    lines: ['app.yaml:3:11: exporters.sqlite.path: environment variable DB_PATH is not set [CONFIG_ENV_MISSING]'],
  },
  {
    name: 'a variable that is not set, within text',
    over: "exporters: { sqlite: { path: 'a-${env:DB_PATH}.db' } }",
    lines: ['app.yaml:1:30: exporters.sqlite.path: environment variable DB_PATH is not set [CONFIG_ENV_MISSING]'],
  },
  {
    name: 'a variable with a message',
    over: "exporters: { sqlite: { path: '${env:DB_PATH:?where are the events?}' } }",
    lines: [
      'app.yaml:1:30: exporters.sqlite.path: environment variable DB_PATH is not set: where are the events? [CONFIG_ENV_MISSING]',
    ],
  },
  {
    name: 'an empty variable with a message',
    over: "exporters: { sqlite: { path: '${env:DB_PATH:?give one}' } }",
    env: { DB_PATH: '' },
    lines: [
      'app.yaml:1:30: exporters.sqlite.path: environment variable DB_PATH is not set: give one [CONFIG_ENV_MISSING]',
    ],
  },
  {
    name: 'a file that is not there',
    over: "exporters: { sqlite: { path: '${file:secrets/path}' } }",
    lines: ['app.yaml:1:30: exporters.sqlite.path: file secrets/path cannot be read [CONFIG_FILE_MISSING]'],
  },
  {
    name: 'a reference without its source',
    over: "exporters: { sqlite: { path: '${DB_PATH}' } }",
    lines: [
      'app.yaml:1:30: exporters.sqlite.path: expected ${env:NAME} or ${file:path}; write $$ for a $; did you mean "${env:DB_PATH}"? [CONFIG_REFERENCE_SYNTAX]',
    ],
  },
  {
    name: 'a reference of another source',
    over: "exporters: { sqlite: { path: '${vault:x/y}' } }",
    lines: [
      'app.yaml:1:30: exporters.sqlite.path: expected ${env:NAME} or ${file:path}; write $$ for a $ [CONFIG_REFERENCE_SYNTAX]',
    ],
  },
  {
    name: 'a reference that is not closed',
    over: "exporters: { sqlite: { path: 'a${env:DB' } }",
    lines: ['app.yaml:1:30: exporters.sqlite.path: expected } after ${; write $$ for a $ [CONFIG_REFERENCE_SYNTAX]'],
  },
  {
    name: 'a reference in a reference',
    over: "exporters: { sqlite: { path: '${env:A:-${env:B}}' } }",
    lines: [
      'app.yaml:1:30: exporters.sqlite.path: a reference within a reference is not replaced; give one of them [CONFIG_REFERENCE_SYNTAX]',
    ],
  },
  {
    name: 'a value that is wrong is not told',
    over: 'receivers: { http: { max_batch_events: "${env:N}", endpoint: "${env:E}" } }',
    env: { N: 'hunter2', E: 'hunter3' },
    lines: [
      'app.yaml:1:40: receivers.http.max_batch_events: expected a whole number, found text [CONFIG_TYPE]',
      'app.yaml:1:62: receivers.http.endpoint: expected host:port, e.g. 127.0.0.1:4319 [CONFIG_VALUE]',
    ],
  },
  {
    name: 'a reference that a later file replaces is not looked up',
    files: {
      'a.yaml': BASE.replace('sqlite:  }', 'sqlite: { path: "${env:GONE}" } }'),
      'b.yaml': 'exporters: { sqlite: { path: a.db } }',
    },
    lines: [],
  },
];

test.each(cases)('$name', async ({ lines, ...given }) => {
  expect(await issueLines(given)).toEqual(lines);
});

const sound: readonly {
  readonly name: string;
  readonly over: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exporter?: object;
  readonly receiver?: object;
}[] = [
  {
    name: 'a whole number',
    over: 'receivers: { http: { max_batch_events: "${env:N}" } }',
    env: { N: '7' },
    receiver: { max_batch_events: 7 },
  },
  {
    name: 'a switch',
    over: 'receivers: { http: { insecure: "${env:B}" } }',
    env: { B: 'true' },
    receiver: { insecure: true },
  },
  {
    name: 'digits where text is wanted',
    over: 'exporters: { sqlite: { path: "${env:P}" } }',
    env: { P: '0042' },
    exporter: { path: '0042' },
  },
  { name: 'a default', over: 'exporters: { sqlite: { path: "${env:P:-a:b.db}" } }', exporter: { path: 'a:b.db' } },
  {
    name: 'a default for an empty variable',
    over: 'exporters: { sqlite: { path: "${env:P:-a.db}" } }',
    env: { P: '' },
    exporter: { path: 'a.db' },
  },
  {
    name: 'several in one text',
    over: 'exporters: { sqlite: { path: "x-${env:P}-${env:P}.db" } }',
    env: { P: '1' },
    exporter: { path: 'x-1-1.db' },
  },
  { name: 'an escaped one', over: 'exporters: { sqlite: { path: "$${env:P}" } }', exporter: { path: '${env:P}' } },
  { name: 'a dollar that means itself', over: 'exporters: { sqlite: { path: "a$b" } }', exporter: { path: 'a$b' } },
  {
    name: 'what a reference gives is not searched again',
    over: 'exporters: { sqlite: { path: "${env:P}" } }',
    env: { P: '${env:Q}' },
    exporter: { path: '${env:Q}' },
  },
  {
    name: 'what a reference gives is no YAML structure',
    over: 'exporters: { sqlite: { path: "${env:P}" } }',
    env: { P: '{ a: 1 }' },
    exporter: { path: '{ a: 1 }' },
  },
];

test.each(sound)('valid: $name', async ({ over, env = {}, exporter = {}, receiver = {} }) => {
  expect(await load({ over, env })).toMatchObject({
    ok: true,
    config: { exporters: [{ config: exporter }], receivers: [{ config: receiver }] },
  });
});

test('a file is found from where the configuration file is, and its last newline is not part of it', async () => {
  const files = {
    'base.yaml': BASE,
    'conf/app.yaml': 'exporters: { sqlite: { path: "${file:secrets/path}" } }',
    'conf/secrets/path': 'from-a-file.db\n',
  };
  expect(await load({ files })).toMatchObject({
    ok: true,
    config: { exporters: [{ config: { path: 'from-a-file.db' } }] },
  });
});
