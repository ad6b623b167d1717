// What every command that needs a configuration begins with.
import { readFileSync } from 'node:fs';
import { plugins } from '../../plugins/index.ts';
import type { ConfigIssue } from '../config/checked-config.ts';
import { formatIssue } from '../config/issue.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { createRegistry } from '../registry/registry.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';

type Valid = Extract<LoadedConfig, { ok: true }>;

/** The configuration that the arguments name, or the exit code after every issue was printed. */
export const loadOrReport = async (
  { configs, sets, json }: Pick<GlobalArgs, 'configs' | 'sets' | 'json'>,
  io: CliIo,
): Promise<Valid | number> => {
  const readText = (path: string): string => readFileSync(path, 'utf8');
  const input = { files: configs, sets, env: io.env, cwd: io.cwd, readText, nowMs: Date.now() };
  const loaded = await loadConfig(input, createRegistry(plugins));
  return loaded.ok ? loaded : reportIssues(loaded.issues, { json }, io);
};

/** One a line, or all as JSON; the exit code. */
export const reportIssues = (issues: readonly ConfigIssue[], { json }: Pick<GlobalArgs, 'json'>, io: CliIo): number => {
  if (json) io.stdout(`${JSON.stringify(issues)}\n`);
  else io.stderr(issues.map((issue) => `${formatIssue(issue)}\n`).join(''));
  return EXIT.usage;
};
