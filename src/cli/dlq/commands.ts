import { Command } from 'commander';
import { DEAD_LETTER_PARAMETERS, type DeadLetterParameter } from '../../sdk/index.ts';
import type { CliIo, GlobalArgs } from '../io.ts';

const HELP: Readonly<Record<DeadLetterParameter, string>> = {
  tenant: 'of this tenant alone (default: all)',
  stage: 'receiver, processor or exporter',
  code: 'a reason code, e.g. 22001',
  component: "a component's id, e.g. postgres",
  since: 'from this time on: RFC 3339, epoch, or 15m, 2h, 7d ago',
  until: 'before this time',
  limit: '1 to 1000 (default: 100)',
};

interface Given extends Partial<Record<DeadLetterParameter, string>> {
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly to?: string;
  readonly apiKeyFile?: string;
}

export interface DlqCommandParts<Options> {
  /** A command with the options that all have. */
  readonly command: (name: string, summary: string) => Command;
  readonly globalsOf: (options: Options) => GlobalArgs;
  readonly io: CliIo;
  readonly done: (code: number) => void;
}

/** `dlq` and what is under it. */
export const dlqCommand = <Options>({ command, globalsOf, io, done }: DlqCommandParts<Options>): Command => {
  const selecting = (name: string, summary: string): Command => {
    const made = command(name, summary);
    for (const parameter of DEAD_LETTER_PARAMETERS) {
      if (parameter !== 'limit' || name === 'list') made.option(`--${parameter} <${parameter}>`, HELP[parameter]);
    }
    return made;
  };
  const argsOf = (options: Options & Given, ids: readonly string[]) => ({
    ...globalsOf(options),
    ...Object.fromEntries(DEAD_LETTER_PARAMETERS.map((name) => [name, options[name]])),
    ids,
  });
  const list = selecting('list', 'list open dead letters, newest first').action(async (options: Options & Given) => {
    const { dlqList } = await import('../dlq.ts');
    done(await dlqList(argsOf(options, []), io));
  });
  const show = command('show', 'show one dead letter and its event')
    .argument('<id>')
    .action(async (id: string, options: Options & Given) => {
      const { dlqShow } = await import('../dlq.ts');
      done(await dlqShow(argsOf(options, [id]), io));
    });
  const acting = (name: 'retry' | 'drop', summary: string): Command =>
    selecting(name, summary)
      .argument('[ids...]')
      .option('--all', 'all that there are')
      .option('--dry-run', 'tell which, and leave them alone')
      .option('--to <url>', 'the query API of the running collector (default: as configured)')
      .option('--api-key-file <file>', 'a file that holds the API key (default: BETALOGS_API_KEY)')
      .action(async (ids: readonly string[], options: Options & Given) => {
        const { dlqDrop, dlqRetry } = await import('../dlq.ts');
        const { dryRun = false, all = false, to, apiKeyFile } = options;
        const args = { ...argsOf(options, ids), dryRun, all, to, apiKeyFile };
        done(await (name === 'retry' ? dlqRetry : dlqDrop)(args, io));
      });
  const dlq = new Command('dlq').description('dead letters: what could not be stored');
  dlq.addCommand(list).addCommand(show);
  dlq.addCommand(acting('retry', 'send them once more to the exporter that refused them'));
  dlq.addCommand(acting('drop', 'give them up for good'));
  return dlq;
};
