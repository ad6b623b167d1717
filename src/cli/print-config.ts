import { type ConfigNode, joinPath, type PathPart, toValue } from '../config/yaml/node.ts';
import { effectiveYaml, originOf } from '../config/effective-yaml.ts';
import { type CliIo, EXIT, type GlobalArgs } from './io.ts';
import { loadOrReport } from './load-config.ts';

export interface PrintConfigArgs extends GlobalArgs {
  /** Adds where each value comes from. */
  readonly origins: boolean;
}

/** What is in force: files and `--set` merged, references replaced, defaults filled in, secrets masked. */
export const printConfig = async (args: PrintConfigArgs, io: CliIo): Promise<number> => {
  const loaded = await loadOrReport(args, io);
  if (typeof loaded === 'number') return loaded;
  io.stdout(args.json ? toJson(loaded.effective, args.origins) : effectiveYaml(loaded.effective, args));
  return EXIT.done;
};

const toJson = (root: ConfigNode, withOrigins: boolean): string => {
  const config = toValue(root);
  const origins = Object.fromEntries(originsOf(root, []));
  return `${JSON.stringify(withOrigins ? { config, origins } : config)}\n`;
};

const originsOf = (node: ConfigNode, path: readonly PathPart[]): [string, string][] => {
  if (node.kind === 'map')
    return [...node.entries].flatMap(([key, { node: value }]) => originsOf(value, [...path, key]));
  return [[joinPath(path), originOf(node)]];
};
