import { randomBytes } from 'node:crypto';
import type { CheckedConfig } from '../config/checked-config.ts';
import { createSystemClock } from '../runtime/clock.ts';
import { createKeyRing } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import type { ComponentContext } from '../sdk/index.ts';
import { dataDirOf } from './data-dir.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport, reportIssues } from './load-config.ts';
import { tryStores } from './try-stores.ts';

interface ValidateArgs extends GlobalArgs {
  /** Ask the stores as well whether they are there. */
  readonly connect?: boolean | undefined;
}

/** Checks the configuration without starting anything, and says what is wired to what. With `json`: the issues, none where it is valid. */
export const validate = async (args: ValidateArgs, io: CliIo): Promise<number> => {
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  const issues = args.connect === true ? await tryStores(loaded, contextsFor(args, io)) : [];
  if (issues.length > 0) return reportIssues(issues, args, io);
  if (args.json) io.stdout('[]\n');
  else if (!args.quiet) io.stdout(`${describe(args.configs.join(' + '), loaded.config).join('\n')}\n`);
  return EXIT.done;
};

const KEY_BYTES = 32;

/** For components that are asked once and write nothing: nothing is ever derived from this key. */
const contextsFor = (args: GlobalArgs, io: CliIo): ((id: string) => ComponentContext) => {
  const shared = {
    log: createLog('error'),
    clock: createSystemClock(),
    keys: createKeyRing(randomBytes(KEY_BYTES)),
    dataDir: dataDirOf(args, io),
  };
  return (id) => ({ id, ...shared });
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
