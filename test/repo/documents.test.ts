// What the documents name must be there.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { generateFiles } from '../../scripts/generate.ts';
import { filesOf, ROOT, textOf } from '../support/repository.ts';

const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
const documents = filesOf('*.md');

test.each(documents)('%s: every npm script that it names exists', (path) => {
  const named = textOf(path).matchAll(/npm run ([\w:-]+)/g);
  expect([...named].map(([, name]) => name!).filter((name) => !(name in scripts))).toEqual([]);
});

test.each(documents)('%s: every file that it links to exists', (path) => {
  const links = [...textOf(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
});

test('generated files are current: `npm run generate` would change nothing', async () => {
  const stale = [...(await generateFiles())].filter(([path, text]) => {
    const absolute = join(ROOT, path);
    return !existsSync(absolute) || textOf(path) !== text;
  });
  expect(stale.map(([path]) => path)).toEqual([]);
});

test('nothing that is committed names this machine', () => {
  const home = new RegExp(['/ho', 'me/\\w+/|/ro', 'ot/|/wo', 'rk/'].join(''));
  const texts = filesOf('*.ts', '*.js', '*.json', '*.md', '*.yaml', 'Dockerfile').filter((path) =>
    home.test(textOf(path)),
  );
  expect(texts).toEqual([]);
});
