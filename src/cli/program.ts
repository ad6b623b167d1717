// The commands, their options and their help. What a command does is in its own file, loaded when it is called.
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { QUERY_PARAMETERS, type QueryParameter } from '../sdk/query/parse-query.ts';
import { VERSION } from '../runtime/version.ts';
import { dlqCommand } from './dlq/commands.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';
import { tenantCommand } from './tenant/commands.ts';

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];
const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
};

interface GlobalOptions {
  readonly config: readonly string[];
  readonly set: readonly string[];
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A command with the options that all have. */
const command = (name: string, summary: string): Command =>
  new Command(name)
    .description(summary)
    .option('-c, --config <file>', 'configuration file; several are merged (default: the built-in one)', collect, [])
    .option(
      '-s, --set <path=value>',
      'a value that goes before the files, e.g. receivers.http.endpoint=127.0.0.1:0',
      collect,
      [],
    )
    .option('--data-dir <dir>', 'where journal and stores lie (default: BETALOGS_DATA_DIR, else ./data)')
    .option('--json', 'machine output on stdout, and nothing else there')
    .option('--quiet', 'say nothing but errors');

/** What runs without a `--config`: an absolute path would only be noise in messages. */
const DEFAULT_CONFIG = fileURLToPath(new URL('../../config/default.yaml', import.meta.url));

const globalsOf = ({ config, set, dataDir, json = false, quiet = false }: GlobalOptions): GlobalArgs => ({
  configs: config.length > 0 ? config : [DEFAULT_CONFIG],
  sets: set,
  dataDir,
  json,
  quiet,
});

const QUERY_HELP: Readonly<Record<QueryParameter, string>> = {
  tenant: 'tenant (default: default)',
  category: 'business, system, delivery or security',
  action: 'e.g. order_failed',
  actor: "the actor's id",
  object: "an object's id, or type:id",
  outcome: 'e.g. failure',
  trace: 'trace id, 32 hex digits',
  correlation: 'correlation id',
  service: "the service's name",
  text: 'words, all of which must occur',
  since: 'from this time on: RFC 3339, epoch, or 15m, 2h, 7d ago',
  until: 'before this time',
  limit: '1 to 1000 (default: 100)',
  cursor: 'where the last page ended',
};

/** Runs one command line; resolves with the exit code. */
export const runCli = async (argv: readonly string[], io: CliIo & { readonly stop: AbortSignal }): Promise<number> => {
  let exitCode: number = EXIT.done;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    io.stderr(`betalogs: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
};

const buildProgram = (io: CliIo & { readonly stop: AbortSignal }, done: (code: number) => void): Command => {
  const program = new Command('betalogs')
    .description('A collector for the activity events you may not lose.')
    .version(VERSION, '--version', 'print the version')
    .showHelpAfterError('(betalogs --help shows the commands)');

  program.addCommand(
    command('run', 'start the collector').action(async (options: GlobalOptions) => {
      const { run } = await import('./run.ts');
      done(await run(globalsOf(options), io));
    }),
  );
  program.addCommand(
    command('validate', 'check the configuration without starting anything')
      .option('--connect', 'ask the stores as well whether they are there; nothing is written')
      .action(async (options: GlobalOptions & { readonly connect?: boolean }) => {
        const { validate } = await import('./validate.ts');
        done(await validate({ ...globalsOf(options), connect: options.connect }, io));
      }),
  );
  program.addCommand(
    command('components', 'list receivers, processors, exporters and extensions').action(
      async (options: GlobalOptions) => {
        const { components } = await import('./components.ts');
        done(await components({ ...globalsOf(options), configs: options.config }, io));
      },
    ),
  );
  program.addCommand(
    command('schema', "print the configuration's JSON Schema, for editors").action(async (options: GlobalOptions) => {
      const { schema } = await import('./schema.ts');
      done(await schema({ ...globalsOf(options), configs: options.config }, io));
    }),
  );
  program.addCommand(
    command('print-config', 'print the effective configuration, secrets masked')
      .option('--origins', 'tell where each value comes from')
      .action(async (options: GlobalOptions & { readonly origins?: boolean }) => {
        const { printConfig } = await import('./print-config.ts');
        done(await printConfig({ ...globalsOf(options), origins: options.origins ?? false }, io));
      }),
  );
  program.addCommand(
    command('send', 'post events to a running collector')
      .argument('<file>', 'native NDJSON or a JSON array; - for standard input')
      .option('--to <url>', 'the collector (default: http://127.0.0.1:4319)')
      .option('--api-key-file <file>', 'a file that holds the API key (default: BETALOGS_API_KEY)')
      .option('--batch <events>', 'events a request, 1 to 1000 (default: 500)', wholeNumber)
      .action(async (file: string, options: GlobalOptions & { to?: string; apiKeyFile?: string; batch?: number }) => {
        const { send } = await import('./send.ts');
        const { to, apiKeyFile, batch } = options;
        done(await send({ ...globalsOf(options), file, to, apiKeyFile, batch }, io));
      }),
  );
  program.addCommand(readCommands(io, done).query);
  program.addCommand(readCommands(io, done).trace);
  program.addCommand(readCommands(io, done).correlation);
  const dlq = dlqCommand({ command, globalsOf, io, done });
  program.addCommand(dlq);
  const tenant = tenantCommand({ command, globalsOf, io, done });
  program.addCommand(tenant);
  const archive = archiveCommands(io, done);
  program.addCommand(archive.archive);
  program.addCommand(archive.replay);
  for (const each of [
    program,
    ...program.commands,
    ...archive.archive.commands,
    ...dlq.commands,
    ...withNested(tenant),
  ]) {
    each.exitOverride().configureOutput({ writeOut: io.stdout, writeErr: io.stderr });
  }
  return program;
};

const withNested = (parent: Command): readonly Command[] =>
  parent.commands.flatMap((nested) => [nested, ...withNested(nested)]);

const readCommands = (io: CliIo, done: (code: number) => void): Record<'query' | 'trace' | 'correlation', Command> => {
  const query = command('query', 'read stored events, newest first');
  for (const name of QUERY_PARAMETERS) query.option(`--${name} <${name}>`, QUERY_HELP[name]);
  query.action(async (options: GlobalOptions & Partial<Record<QueryParameter, string>>) => {
    const [{ query: run }, { readingParts }] = await Promise.all([import('./query.ts'), import('./reading-parts.ts')]);
    const asked = Object.fromEntries(QUERY_PARAMETERS.map((name) => [name, options[name]]));
    done(await run({ ...globalsOf(options), ...asked }, io, readingParts(io)));
  });
  const byId = (name: 'trace' | 'correlation', summary: string): Command =>
    command(name, summary)
      .argument('<id>')
      .option('--tenant <tenant>', QUERY_HELP.tenant)
      .action(async (id: string, options: GlobalOptions & { readonly tenant?: string }) => {
        const { readingParts } = await import('./reading-parts.ts');
        const args = { ...globalsOf(options), id, tenant: options.tenant };
        const parts = readingParts(io);
        if (name === 'trace') done(await (await import('./trace.ts')).trace(args, io, parts));
        else done(await (await import('./correlation.ts')).correlation(args, io, parts));
      });
  return {
    query,
    trace: byId('trace', 'show one trace over all categories'),
    correlation: byId('correlation', 'show one group of events and what links to it'),
  };
};

interface ArchiveOptions extends GlobalOptions {
  readonly archive?: string;
  readonly tenant?: string;
  readonly since?: string;
  readonly until?: string;
  readonly publicKey: readonly string[];
}

const archiveCommands = (
  io: CliIo & { readonly stop: AbortSignal },
  done: (code: number) => void,
): Record<'archive' | 'replay', Command> => {
  const at = (name: string, summary: string): Command =>
    command(name, summary).option(
      '--archive <where>',
      "an exporter's id, s3://bucket/prefix, or a folder as ./folder (default: the first exporter that archives)",
    );
  const over = (name: string, summary: string): Command =>
    at(name, summary)
      .option('--tenant <tenant>', 'of this tenant alone (default: all)')
      .option('--since <time>', 'received from this time on: RFC 3339, epoch, or 15m, 2h, 7d ago')
      .option('--until <time>', 'received before this time')
      .option('--public-key <file>', 'PEM that every manifest must be signed with; repeatable', collect, []);
  const argsOf = (options: ArchiveOptions) => {
    const { archive, tenant, since, until, publicKey: publicKeys } = options;
    return { ...globalsOf(options), archive, tenant, since, until, publicKeys };
  };
  const verify = over('verify', 'prove that nothing was changed, removed, added or swapped').action(
    async (options: ArchiveOptions) => {
      const { archiveVerify } = await import('./archive.ts');
      done(await archiveVerify(argsOf(options), io));
    },
  );
  const list = over('list', 'list the objects that the manifests name')
    .option('--events', 'print the events themselves, each id once')
    .action(async (options: ArchiveOptions & { readonly events?: boolean }) => {
      const { archiveList } = await import('./archive.ts');
      done(await archiveList({ ...argsOf(options), events: options.events ?? false }, io));
    });
  const lifecycle = at('lifecycle', "check the bucket's expiry rules against the configuration")
    .option('--write', 'make them so')
    .action(async (options: GlobalOptions & { readonly archive?: string; readonly write?: boolean }) => {
      const { archiveLifecycle } = await import('./archive.ts');
      const { archive, write = false } = options;
      done(await archiveLifecycle({ ...globalsOf(options), archive, write }, io));
    });
  const replay = over('replay', 'deliver archived events to a store once more; what is there stays as it is')
    .option('--to <exporter>', 'the exporter that is given the events')
    .option('--dry-run', 'count and prove, deliver nothing')
    .option('--rate <events>', 'at most so many events a second', wholeNumber)
    .action(async (options: ArchiveOptions & { to?: string; dryRun?: boolean; rate?: number }) => {
      const { replay: run } = await import('./replay.ts');
      const { to, dryRun = false, rate } = options;
      done(await run({ ...argsOf(options), to, dryRun, rate }, io));
    });
  const archive = new Command('archive').description('the immutable archive: prove it, list it');
  for (const each of [verify, list, lifecycle]) archive.addCommand(each);
  return { archive, replay };
};
