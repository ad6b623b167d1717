// The effective configuration as YAML.
import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { DEFAULT_PLACE } from './effective.ts';
import type { ConfigNode, Place } from './yaml/node.ts';

export const effectiveYaml = (root: ConfigNode, { origins }: { readonly origins: boolean }): string => {
  const document = new Document();
  document.contents = toNode(root, origins) as typeof document.contents;
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
export const originOf = (node: ConfigNode): string => {
  const from = node.kind === 'scalar' ? node.resolved?.from : undefined;
  return from === undefined ? placeText(node.place) : `${placeText(node.place)} (${from})`;
};

const placeText = ({ file, line }: Place): string => (file === DEFAULT_PLACE.file ? file : `${file}:${line}`);
