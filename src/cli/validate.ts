import type { CheckedConfig } from '../config/checked-config.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';

/** Checks the configuration without starting anything, and says what is wired to what. With `json`: the issues, none where it is valid. */
export const validate = async (args: GlobalArgs, io: CliIo): Promise<number> => {
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  if (args.json) io.stdout('[]\n');
  else if (!args.quiet) io.stdout(`${describe(args.configs.join(' + '), loaded.config).join('\n')}\n`);
  return EXIT.done;
};

const describe = (name: string, { pipelines, extensions, tenants, tenancy }: CheckedConfig): readonly string[] => [
  `${name}: valid`,
  ...pipelines.map(({ name: pipeline, receivers, processors, exporters }) => {
    const stages = [receivers, processors, exporters].filter((ids) => ids.length > 0);
    return `  ${pipeline}: ${stages.map((ids) => ids.join(', ')).join(' -> ')}`;
  }),
  ...(extensions.length === 0 ? [] : [`  extensions: ${extensions.map(({ id }) => id).join(', ')}`]),
  `  tenants: ${tenants.length === 0 ? noTenants(tenancy) : tenants.map(({ id }) => id).join(', ')}`,
];

const noTenants = ({ file, jwt }: CheckedConfig['tenancy']): string =>
  file === undefined && jwt.length === 0 ? 'none, everything belongs to "default"' : 'none yet, nobody is served';
