import { Command } from 'commander';
import type { CliIo, GlobalArgs } from '../io.ts';

export interface TenantCommandParts<Options> {
  /** A command with the options that all have. */
  readonly command: (name: string, summary: string) => Command;
  readonly globalsOf: (options: Options) => GlobalArgs;
  readonly io: CliIo;
  readonly done: (code: number) => void;
}

interface Given {
  readonly file?: string;
  readonly tenant: string;
  readonly scope: readonly string[];
  readonly expires?: string;
}

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

/** `tenant key` and what is under it. */
export const tenantCommand = <Options>({ command, globalsOf, io, done }: TenantCommandParts<Options>): Command => {
  const onFile = (name: string, summary: string): Command =>
    command(name, summary).option('--file <file>', 'the tenants file (default: as the configuration names it)');
  const create = onFile('create', 'make an API key; the secret is shown once, on stdout')
    .requiredOption('--tenant <tenant>', 'whose key it is; a tenant that is new is added')
    .option('--scope <scope>', 'ingest, read, replay or admin; repeatable (default: ingest)', collect, [])
    .option('--expires <time>', 'when it ends, e.g. 2027-01-31T00:00:00Z (default: never)')
    .action(async (options: Options & Given) => {
      const { tenantKeyCreate } = await import('../tenant.ts');
      const { file, tenant, scope: scopes, expires } = options;
      done(await tenantKeyCreate({ ...globalsOf(options), file, tenant, scopes, expires }, io));
    });
  const list = onFile('list', 'list the API keys by their prefixes').action(async (options: Options & Given) => {
    const { tenantKeyList } = await import('../tenant.ts');
    done(await tenantKeyList({ ...globalsOf(options), file: options.file }, io));
  });
  const revoke = onFile('revoke', 'end an API key')
    .argument('<prefix>', 'its first 12 characters')
    .action(async (prefix: string, options: Options & Given) => {
      const { tenantKeyRevoke } = await import('../tenant.ts');
      done(await tenantKeyRevoke({ ...globalsOf(options), file: options.file, prefix }, io));
    });
  const key = new Command('key').description('API keys of the tenants file');
  key.addCommand(create).addCommand(list).addCommand(revoke);
  return new Command('tenant').description('who may send and read').addCommand(key);
};
