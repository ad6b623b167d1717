// What every plugin's declaration and folder must hold; the same for ours and for yours.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z, type Kind, type Plugin } from '../sdk/index.ts';

const SECTIONS: Readonly<Record<Kind, string>> = {
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  extension: 'extensions',
};
/** What the engine takes from an exporter's section before the plugin sees it. */
const ENGINE_KEYS: ReadonlySet<string> = new Set(['from', 'on_lag', 'batch', 'retry', 'timeout']);

/** What is wrong with a plugin and its folder, in words; empty where all is well. */
export const declarationProblems = async (plugin: Plugin, folder: string): Promise<string[]> => [
  ...namingProblems(plugin),
  ...undescribedOptions(plugin).map((path) => `config: ${path} is not described`),
  ...(await readmeProblems(folder)),
  ...(await exampleProblems(plugin, folder)),
];

const namingProblems = ({ type, summary }: Plugin): string[] => {
  const problems: string[] = [];
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(type)) problems.push(`type: ${type} is not snake_case`);
  if (!/^[A-Z][^\n]*\.$/.test(summary) || /\. [A-Z]/.test(summary)) problems.push('summary: not one sentence');
  return problems;
};

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** Dotted paths of options without a description. A group of options describes itself by its options. */
export const undescribedOptions = ({ config }: Pick<Plugin, 'config'>): string[] =>
  undescribed(z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '');

const undescribed = (schema: JsonSchema, path: string): string[] => {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, option]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const isDescribed = option.description !== undefined || option.properties !== undefined;
    return [...(isDescribed ? [] : [at]), ...undescribed(option, at)];
  });
  const inner = [schema.items, ...(schema.anyOf ?? []), schema.additionalProperties];
  return [...own, ...inner.flatMap((part) => (typeof part === 'object' ? undescribed(part, `${path}[]`) : []))];
};

const textOf = (folder: string, name: string): Promise<string | undefined> =>
  readFile(join(folder, name), 'utf8').catch(() => undefined);

const readmeProblems = async (folder: string): Promise<string[]> => {
  const text = await textOf(folder, 'README.md');
  return text !== undefined && text.trim() !== '' ? [] : ['README.md: missing or empty'];
};

const exampleProblems = async ({ kind, type, config }: Plugin, folder: string): Promise<string[]> => {
  const text = await textOf(folder, 'example.yaml');
  if (text === undefined) return ['example.yaml: missing'];
  const section = SECTIONS[kind];
  const components = Object.entries((parse(text) as Record<string, Record<string, object>> | null)?.[section] ?? {});
  const own = components.filter(([id]) => id === type || id.startsWith(`${type}/`));
  if (own.length === 0) return [`example.yaml: has no ${section}.${type}`];
  return own.flatMap(([id, options]) => {
    const result = config.safeParse(kind === 'exporter' ? withoutEngineKeys(options) : (options ?? {}));
    return (result.error?.issues ?? []).map(
      ({ path, message }) => `example.yaml: ${[section, id, ...path].join('.')}: ${message}`,
    );
  });
};

const withoutEngineKeys = (options: object | null): object =>
  Object.fromEntries(Object.entries(options ?? {}).filter(([key]) => !ENGINE_KEYS.has(key)));
