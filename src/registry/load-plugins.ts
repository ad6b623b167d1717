import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from '../sdk/index.ts';
import { packageSpecifier, registerModuleHooks } from './module-hooks.ts';
import { isPlugin, pluginFault } from './plugin-fault.ts';

export interface PluginFault {
  readonly code: 'CONFIG_PLUGIN_NOT_FOUND' | 'CONFIG_PLUGIN_FAILED' | 'CONFIG_PLUGIN_SHAPE';
  readonly message: string;
  readonly suggestion?: string;
}

/** Imports what `plugins:` names: a file if it starts with `./`, `../` or `/`, else an npm package. `directory` is that of the file which names it. */
export const loadPlugins = async (name: string, directory: string): Promise<readonly Plugin[] | PluginFault> => {
  registerModuleHooks();
  const file = resolve(directory, name);
  if (isFileName(name) && !existsSync(file)) return notFound('there is no such file');
  if (!isFileName(name) && existsSync(file))
    return { ...notFound('no such package is installed'), suggestion: `./${name}` };
  try {
    // The package is looked up from the directory, so the parent is any name in it.
    const parent = pathToFileURL(resolve(directory, 'config.yaml')).href;
    const module: unknown = await import(isFileName(name) ? pathToFileURL(file).href : packageSpecifier(name, parent));
    return pluginsOf(module);
  } catch (error) {
    return isMissingPackage(name, error) ? notFound('no such package is installed') : failed(error);
  }
};

const isFileName = (name: string): boolean => isAbsolute(name) || /^\.{1,2}[/\\]/.test(name);

/** The package itself, not something that it imports. */
const isMissingPackage = (name: string, error: unknown): boolean =>
  !isFileName(name) &&
  error instanceof Error &&
  (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.includes(`'${name}'`);

const notFound = (message: string): PluginFault => ({ code: 'CONFIG_PLUGIN_NOT_FOUND', message });
const failed = (error: unknown): PluginFault => ({
  code: 'CONFIG_PLUGIN_FAILED',
  message: `throws when it is imported: ${firstLine(error instanceof Error ? error.message : String(error))}`,
});
const firstLine = (text: string): string => text.split('\n', 1)[0]?.slice(0, 300) ?? '';

const pluginsOf = (module: unknown): readonly Plugin[] | PluginFault => {
  const exported = (module as { readonly default?: unknown }).default;
  if (exported === undefined) return shape('has no default export; export a plugin, or an array of them');
  const values: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  const plugins = values.filter(isPlugin);
  if (plugins.length === values.length && values.length > 0) return plugins;
  const at = values.findIndex((value) => !isPlugin(value));
  if (at < 0) return shape('exports an empty array; export a plugin, or an array of them');
  const fault = pluginFault(values[at]) ?? '';
  return shape(Array.isArray(exported) ? `of its plugins, number ${at + 1}: ${fault}` : fault);
};
const shape = (message: string): PluginFault => ({ code: 'CONFIG_PLUGIN_SHAPE', message });
