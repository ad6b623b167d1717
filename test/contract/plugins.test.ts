// What every plugin's declaration and folder must hold. The other files here hold each to its kind's suite.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import { declarationProblems } from '../../src/testkit/index.ts';
import { pluginFolders, ROOT } from '../support/repository.ts';

const folderOf = ({ kind, type }: { readonly kind: string; readonly type: string }): string =>
  `plugins/${kind}s/${type.replaceAll('_', '-')}`;

test('the list and the folders are the same', () => {
  expect(plugins.map(folderOf).toSorted()).toEqual(
    pluginFolders()
      .map(({ path }) => path)
      .toSorted(),
  );
});

describe.each(plugins.map((plugin) => ({ plugin, folder: folderOf(plugin) })))('$folder', ({ plugin, folder }) => {
  test('is declared in full', async () => {
    expect(await declarationProblems(plugin, join(ROOT, folder))).toEqual([]);
  });
});
