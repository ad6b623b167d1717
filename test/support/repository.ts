// The repository as its tests see it: its own files, without what is installed or built.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'node_modules/.bin');

/** Paths from the root, of what is committed or about to be. */
export const filesOf = (...patterns: readonly string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)));

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export const PLUGIN_KINDS = ['receivers', 'processors', 'exporters', 'extensions'] as const;

export interface PluginFolder {
  readonly kind: (typeof PLUGIN_KINDS)[number];
  readonly name: string;
  /** From the root. */
  readonly path: string;
}

export const pluginFolders = (): PluginFolder[] =>
  PLUGIN_KINDS.flatMap((kind) =>
    readdirSync(join(ROOT, 'plugins', kind), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ kind, name, path: `plugins/${kind}/${name}` })),
  );
