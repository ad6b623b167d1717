// `betalogs dlq list|show|retry|drop`: what could not be stored, and what to do about it.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckedConfig } from '../config/checked-config.ts';
import { createSystemClock } from '../runtime/clock.ts';
import { loadKeyRing } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import { listDeadLetters, openDeadLettersDirectly } from '../runtime/open-dead-letters.ts';
import {
  DEAD_LETTER_PARAMETERS,
  deadLetterJson,
  isQueryFault,
  parseDeadLetterQuery,
  type DeadLetterFilter,
  type DeadLetterParameter,
  type DeadLetterResult,
} from '../sdk/index.ts';
import { dataDirOf } from './data-dir.ts';
import { actRemotely, RemoteError } from './dlq/remote-queue.ts';
import { letterTable, resultSummary } from './dlq/table.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';
import { createPaint } from './show/paint.ts';

export interface DlqArgs extends GlobalArgs, Partial<Readonly<Record<DeadLetterParameter, string | undefined>>> {
  readonly ids: readonly string[];
}

export interface DlqActionArgs extends DlqArgs {
  readonly dryRun: boolean;
  /** Without it, `drop` wants to know which. */
  readonly all: boolean;
  /** The query API of the collector that runs on the directory; default: as configured. */
  readonly to?: string | undefined;
  /** A file that holds the API key; else BETALOGS_API_KEY. */
  readonly apiKeyFile?: string | undefined;
}

/** The command line is wrong. */
class UsageError extends Error {}

export const dlqList = (args: DlqArgs, io: CliIo): Promise<number> =>
  guarded('list', io, async () => {
    const { filter, limit } = selectionOf(args);
    const letters = await listDeadLetters(dataDirOf(args, io), filter, limit);
    if (letters.length === 0) return nothing(args, io);
    if (args.json) io.stdout(letters.map((letter) => `${deadLetterJson(letter)}\n`).join(''));
    else io.stdout(letterTable(letters, io.columns, createPaint(io.color)));
    if (!args.json && !args.quiet && letters.length === limit) io.stderr(`the newest ${limit}; more: --limit\n`);
    return EXIT.done;
  });

export const dlqShow = (args: DlqArgs, io: CliIo): Promise<number> =>
  guarded('show', io, async () => {
    const [letter] = await listDeadLetters(dataDirOf(args, io), selectionOf(args).filter, 1);
    if (letter === undefined) return nothing(args, io);
    const { line, ...facts } = letter;
    if (args.json) io.stdout(`${deadLetterJson(letter)}\n`);
    else {
      const words = Object.entries(facts).map(([name, value]) => `${name.padEnd(10)} ${String(value)}\n`);
      // Parsed for the eye alone: integers beyond 2^53 are exact with --json.
      const event = line === undefined ? '' : `\n${JSON.stringify(JSON.parse(line), undefined, 2)}\n`;
      io.stdout(`${words.join('')}${event}`);
    }
    return EXIT.done;
  });

export const dlqRetry = (args: DlqActionArgs, io: CliIo): Promise<number> => act('retry', args, io);
export const dlqDrop = (args: DlqActionArgs, io: CliIo): Promise<number> => act('drop', args, io);

const act = (action: 'retry' | 'drop', args: DlqActionArgs, io: CliIo): Promise<number> =>
  guarded(action, io, async () => {
    const { filter } = selectionOf(args);
    if (action === 'drop' && !args.all && Object.keys(filter).length === 0) {
      throw new UsageError('say which: ids, --tenant, --stage, --code, --component, --since, --until, or --all');
    }
    const loaded = await loadOrReport(args, io);
    if (typeof loaded === 'number') return loaded;
    const results = await actOn(action, filter, args, io, loaded.config);
    if (results.length === 0) return nothing(args, io);
    if (args.json) io.stdout(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
    else if (!args.quiet) io.stdout(resultSummary(results));
    return results.every(({ status }) => DONE.has(status)) ? EXIT.done : EXIT.failed;
  });
const DONE: ReadonlySet<DeadLetterResult['status']> = new Set(['retried', 'dropped', 'matched']);

/** By the collector that runs on the directory, or without one by this process. */
const actOn = async (
  action: 'retry' | 'drop',
  filter: DeadLetterFilter,
  args: DlqActionArgs,
  io: CliIo,
  config: CheckedConfig,
): Promise<readonly DeadLetterResult[]> => {
  const dataDir = dataDirOf(args, io);
  const clock = createSystemClock();
  const log = createLog('error');
  const keysFile = io.env['BETALOGS_KEYS_FILE'];
  const keys = await loadKeyRing({ dataDir, log, ...(keysFile === undefined ? {} : { keysFile }) });
  const contextOf = (id: string) => ({ id, log, clock, keys, dataDir });
  const signal = new AbortController().signal;
  const direct = await openDeadLettersDirectly({ config, dataDir, clock, log, signal, contextOf });
  if (direct === undefined) {
    const url = args.to ?? queryUrlOf(config);
    return actRemotely(action, filter, args.dryRun, { url, apiKey: await apiKeyOf(args, io), fetch });
  }
  try {
    return await direct.queue[action](filter, { dryRun: args.dryRun });
  } finally {
    await direct.close();
  }
};

const queryUrlOf = ({ extensions }: CheckedConfig): string => {
  const query = extensions.find(({ plugin }) => plugin.type === 'query');
  const { endpoint = '', tls } = (query?.config ?? {}) as { readonly endpoint?: string; readonly tls?: unknown };
  if (endpoint === '' || endpoint.endsWith(':0')) {
    throw new UsageError('a collector runs on this data directory: name its query endpoint with --to');
  }
  return `${tls === undefined ? 'http' : 'https'}://${endpoint}`;
};

const apiKeyOf = async ({ apiKeyFile }: DlqActionArgs, io: CliIo): Promise<string | undefined> => {
  if (apiKeyFile === undefined) return io.env['BETALOGS_API_KEY']?.trim();
  try {
    return (await readFile(resolve(io.cwd, apiKeyFile), 'utf8')).trim();
  } catch (cause) {
    throw new UsageError(`--api-key-file: ${(cause as NodeJS.ErrnoException).code ?? 'cannot be read'}`, { cause });
  }
};

const selectionOf = (args: DlqArgs): { readonly filter: DeadLetterFilter; readonly limit: number } => {
  const given = DEAD_LETTER_PARAMETERS.flatMap((name) =>
    args[name] === undefined ? [] : [[name, args[name]] as const],
  );
  const asked = parseDeadLetterQuery(given, { now: createSystemClock().now() });
  if (isQueryFault(asked)) {
    throw new UsageError(asked.faults.map(({ path, message }) => `--${path.slice(1)}: ${message}`).join('; '));
  }
  const ids = args.ids.length === 0 ? {} : { ids: new Set(args.ids) };
  return { ...asked, filter: { ...asked.filter, ...ids } };
};

const nothing = ({ quiet }: DlqArgs, io: CliIo): number => {
  if (!quiet) io.stderr('no dead letters fit\n');
  return EXIT.notFound;
};

const guarded = async (name: string, io: CliIo, run: () => Promise<number>): Promise<number> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof RemoteError)) throw error;
    io.stderr(`betalogs dlq ${name}: ${error.message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
};
