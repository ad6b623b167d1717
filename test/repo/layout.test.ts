import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, pluginFolders, ROOT, textOf } from '../support/repository.ts';

/** Its generator decides on its name and its length. */
const isGenerated = (path: string): boolean => path.startsWith('src/event/proto/');
const sources = filesOf('src/*.ts', 'plugins/*.ts', 'scripts/*.ts', 'examples/*.ts').filter(
  (path) => !isGenerated(path),
);
const tests = filesOf('*.test.ts');
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.endsWith('-suite.ts');

const linesOf = (path: string): number => textOf(path).split('\n').length - 1;

test('the folders say what it is', () => {
  const folders = ['cli', 'event', 'sdk', 'config', 'registry', 'pipeline', 'journal', 'delivery', 'tenancy', 'store'];
  for (const folder of [...folders, 'runtime', 'testkit']) expect(existsSync(join(ROOT, 'src', folder))).toBe(true);
});

/** Tables, not code: longer than a file should be, and read by looking a line up. */
const TABLES: ReadonlySet<string> = new Set(['src/event/schema.ts', 'plugins/extensions/query/openapi.ts']);

test('no file is longer than 300 lines, no test than 400', () => {
  const code = [...sources, ...tests].filter((path) => !TABLES.has(path));
  const tooLong = code.filter((path) => linesOf(path) > (isTest(path) ? 400 : 300));
  expect(tooLong.map((path) => `${path}: ${linesOf(path)}`)).toEqual([]);
});

test('files and folders are kebab-case', () => {
  const odd = sources.filter((path) => !path.split('/').every((part) => /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(part)));
  expect(odd).toEqual([]);
});

test('every test belongs to what it tests, or stands under test/', () => {
  const strays = tests.filter((path) => !/^(src|plugins|examples|test)\//.test(path));
  expect(strays).toEqual([]);
});

describe.each(pluginFolders())('$path', ({ path }) => {
  const own = filesOf(path);

  test.each(['plugin.ts', 'README.md', 'example.yaml'])('has %s', (name) => {
    expect(own).toContain(`${path}/${name}`);
  });

  test('has tests of its own', () => {
    expect(own.filter((file) => file.endsWith('.test.ts'))).not.toEqual([]);
  });
});

/** `file` writes the journal's bytes as they are: there is nothing to encode. */
const WRITES_AS_IS: ReadonlySet<string> = new Set(['plugins/exporters/file']);

test.each(pluginFolders().filter(({ kind }) => kind === 'exporters'))(
  '$path tells encoding, classifying and sending apart',
  ({ path }) => {
    const names = new Set(filesOf(path).map((file) => basename(file)));
    const missing = ['encode.ts', 'classify.ts', 'send.ts'].filter((name) => !names.has(name));
    expect(missing).toEqual(WRITES_AS_IS.has(path) ? ['encode.ts'] : []);
  },
);
