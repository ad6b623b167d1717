import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { type ConfigNode, joinPath, type PathPart, type Place, toValue } from '../config/yaml/node.ts';
import { DEFAULT_PLACE } from '../config/effective.ts';
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
  io.stdout(args.json ? toJson(loaded.effective, args.origins) : toYaml(loaded.effective, args.origins));
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

const toYaml = (root: ConfigNode, withOrigins: boolean): string => {
  const document = new Document();
  document.contents = toNode(root, withOrigins) as typeof document.contents;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
};

const toNode = (node: ConfigNode, withOrigins: boolean): Node => {
  if (node.kind === 'map') {
    const map = new YAMLMap();
    for (const [key, { node: value }] of node.entries)
      map.items.push(new Pair(new Scalar(key), toNode(value, withOrigins)));
    return map;
  }
  const made = node.kind === 'scalar' ? new Scalar(node.value) : toList(node.items);
  if (withOrigins) made.comment = ` ${originOf(node)}`;
  return made;
};

/** A list is replaced as a whole, so its origin is said once. */
const toList = (items: readonly ConfigNode[]): YAMLSeq => {
  const list = new YAMLSeq();
  list.items = items.map((item) => toNode(item, false));
  list.flow = items.every(({ kind }) => kind === 'scalar');
  return list;
};

/** `config/app.yaml:12`, `--set:1`, `default`, and which reference gave the value. */
const originOf = (node: ConfigNode): string => {
  const from = node.kind === 'scalar' ? node.resolved?.from : undefined;
  return from === undefined ? placeText(node.place) : `${placeText(node.place)} (${from})`;
};

const placeText = ({ file, line }: Place): string => (file === DEFAULT_PLACE.file ? file : `${file}:${line}`);
