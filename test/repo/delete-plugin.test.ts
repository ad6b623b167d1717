// The delete test: a plugin is one folder and one line. Without both, what is left is a green build.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, filesOf, pluginFolders, ROOT } from '../support/repository.ts';

const copy = mkdtempSync(join(tmpdir(), 'betalogs-delete-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

beforeAll(() => {
  for (const path of filesOf('src', 'plugins', 'tsconfig.json', 'package.json')) {
    cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});

/** Types of what is shipped: a test that names a plugin falls with it. */
const compile = (): string => {
  const { stdout } = spawnSync(join(BIN, 'tsc'), ['-p', 'tsconfig.shipped.json'], { cwd: copy, encoding: 'utf8' });
  return stdout;
};

/** Drops the import of the plugin, and its name from the list. */
const withoutPlugin = (index: string, folder: string): string => {
  const line = new RegExp(`^import (\\w+) from '\\./${folder}/plugin\\.ts';\\n`, 'm').exec(index);
  expect(line, `${folder} stands in plugins/index.ts`).not.toBeNull();
  return index.replace(line![0], '').replaceAll(new RegExp(`\\b${line![1]}\\b,?`, 'g'), '');
};

test('as it is, it compiles', () => {
  const shipped = {
    extends: './tsconfig.json',
    // Only what a change can reach is checked again.
    compilerOptions: { incremental: true, tsBuildInfoFile: './build-info.json' },
    include: ['src', 'plugins'],
    exclude: ['**/*.test.ts'],
  };
  writeFileSync(join(copy, 'tsconfig.shipped.json'), JSON.stringify(shipped));
  expect(compile()).toBe('');
});

test.each(pluginFolders())('without $path', ({ kind, name, path }) => {
  const index = join(copy, 'plugins/index.ts');
  const before = readFileSync(index, 'utf8');
  const kept = join(copy, 'kept');
  execFileSync('mv', [join(copy, path), kept]);
  try {
    writeFileSync(index, withoutPlugin(before, `${kind}/${name}`));
    expect(compile()).toBe('');
  } finally {
    writeFileSync(index, before);
    execFileSync('mv', [kept, join(copy, path)]);
  }
});
