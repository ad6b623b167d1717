import { plugins } from '../../plugins/index.ts';
import { type OptionRow, optionRows } from '../registry/option-rows.ts';
import { optionSchema } from '../registry/option-schema.ts';
import { createRegistry, KINDS, type Registry } from '../registry/registry.ts';
import type { Plugin } from '../sdk/index.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';
import { wrapText } from './wrap-text.ts';

/** Every receiver, processor, exporter and extension; with `--config`, those of the plugins that it names as well. */
export const components = async (args: GlobalArgs, io: CliIo): Promise<number> => {
  const loaded = args.configs.length === 0 ? { registry: createRegistry(plugins) } : await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  io.stdout(args.json ? `${JSON.stringify(listed(loaded.registry))}\n` : describe(loaded.registry, io));
  return EXIT.done;
};

const guaranteeOf = (plugin: Plugin): string | undefined => ('guarantee' in plugin ? plugin.guarantee : undefined);

const listed = (registry: Registry): readonly object[] =>
  KINDS.flatMap((kind) => registry.list(kind)).map((plugin) => ({
    kind: plugin.kind,
    type: plugin.type,
    stability: plugin.stability,
    summary: plugin.summary,
    guarantee: guaranteeOf(plugin),
    options: optionRows(optionSchema(plugin.config)),
  }));

const describe = (registry: Registry, io: CliIo): string =>
  KINDS.flatMap((kind) => [
    '',
    bold(`${kind}s`, io),
    ...registry.list(kind).flatMap((plugin) => describePlugin(plugin, io)),
  ])
    .slice(1)
    .map((line) => `${line}\n`)
    .join('');

const describePlugin = (plugin: Plugin, io: CliIo): readonly string[] => {
  const guarantee = guaranteeOf(plugin);
  return [
    `  ${bold(plugin.type, io)} (${plugin.stability})`,
    ...wrapText(plugin.summary, io.columns, '    '),
    ...(guarantee === undefined ? [] : wrapText(`Guarantee: ${guarantee}`, io.columns, '    ')),
    ...optionRows(optionSchema(plugin.config)).flatMap((row) => describeOption(row, io)),
  ];
};

const describeOption = ({ name, type, required, default: otherwise, description }: OptionRow, io: CliIo): string[] => {
  const state = required ? ', required' : otherwise === undefined ? '' : `, default ${otherwise}`;
  return [
    ...wrapText(`${name}: ${type}${state}`, io.columns, '      '),
    ...wrapText(description, io.columns, '          '),
  ];
};

const bold = (text: string, { color }: CliIo): string => (color ? `\u001B[1m${text}\u001B[22m` : text);
