// The tenants file of a command: which one it is, what is in it, and how it is replaced.
import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { TenantConfig } from '../../config/checked-config.ts';
import { formatIssue } from '../../config/issue.ts';
import { isFaulty, parseTenantsFile, takenBy } from '../../config/tenants-file.ts';
import { type CliIo, EXIT, type GlobalArgs } from '../io.ts';
import { loadOrReport } from '../load-config.ts';

export interface TenantsFileArgs extends GlobalArgs {
  /** Else the one that the configuration names. */
  readonly file?: string | undefined;
}

export interface OpenFile {
  readonly path: string;
  /** As the user named it. */
  readonly name: string;
  /** Empty where it is not there yet. */
  readonly text: string;
  readonly tenants: readonly TenantConfig[];
  /** Tenants of the configuration itself, which a file beside it cannot have too. */
  readonly inline: readonly TenantConfig[];
}

/** The file, read and checked; or the exit code, when what is wrong was told. */
export const openTenantsFile = async (args: TenantsFileArgs, io: CliIo, nowMs: number): Promise<OpenFile | number> => {
  const place = await placeOf(args, io);
  if (typeof place === 'number') return place;
  const { path, name, inline } = place;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new Error(`${name}: cannot be read (${error.code ?? 'unknown error'})`, { cause: error });
  });
  if (text.trim() === '') return { path, name, text, inline, tenants: [] };
  const tenants = parseTenantsFile({ name, text, taken: takenBy(inline), nowMs });
  if (!isFaulty(tenants)) return { path, name, text, inline, tenants };
  if (args.json) io.stdout(`${JSON.stringify(tenants.issues)}\n`);
  else io.stderr(tenants.issues.map((issue) => `${formatIssue(issue)}\n`).join(''));
  return EXIT.usage;
};

const placeOf = async (args: TenantsFileArgs, io: CliIo) => {
  if (args.file !== undefined) return { path: resolve(io.cwd, args.file), name: args.file, inline: [] };
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  const { file, inline } = loaded.config.tenancy;
  if (file !== undefined) return { ...file, inline };
  io.stderr(
    'betalogs: which file? Name it with --file tenants.yaml, or in the configuration: tenants: { file: ./tenants.yaml }\n',
  );
  return EXIT.usage;
};

/** Whole or not at all, and readable by its owner only. Rejects where somebody else has changed it since it was read. */
export const replaceFile = async ({ path, name, text: before }: OpenFile, text: string): Promise<void> => {
  const target = await realpath(path).catch(() => path);
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    const now = await readFile(target, 'utf8').catch(() => '');
    if (now !== before) throw new Error(`${name}: has changed meanwhile; nothing is written, try again`);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  await using folder = await open(dirname(target), 'r');
  await folder.sync();
};
