// The configuration's own rules: paths with wildcards, compiled to a tree that is walked beside the event.
import type { Method } from './methods.ts';

export interface Rule {
  readonly name: string;
  /** `keep` exempts everything below the place. */
  readonly method: Method;
  /** For `truncate`: characters. */
  readonly max: number;
}

export interface PathRule {
  /** JSON pointer; `*` stands for any one key or index, `**` for any number of them. */
  readonly path: string;
  readonly rule: Rule;
}

/** At the container `path`, and in a list each of its elements, only `keys` stay. */
export interface AllowList {
  readonly path: string;
  readonly keys: readonly string[];
}

interface Placed<T> {
  /** Its place in the configuration: of several that reach one value, the lowest decides. */
  readonly order: number;
  readonly is: T;
}

/** A step of the compiled paths: `rule` and `allow` hold for the value that was reached. */
export interface PathNode {
  readonly children: Map<string, PathNode>;
  any?: PathNode;
  /** Behind `**`: reached with its parent, and again with every key below. */
  deep?: PathNode;
  readonly repeats: boolean;
  rule?: Placed<Rule>;
  allow?: Placed<ReadonlySet<string>>;
}
export type Nodes = readonly PathNode[];

const emptyNode = (repeats = false): PathNode => ({ children: new Map(), repeats });
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** Undefined where there are no paths, so that the walk has nothing to carry. */
export const compilePaths = (rules: readonly PathRule[], allowLists: readonly AllowList[] = []): Nodes | undefined => {
  if (rules.length === 0 && allowLists.length === 0) return undefined;
  const root = emptyNode();
  for (const [order, { path, rule }] of rules.entries()) nodeAt(root, path).rule ??= { order, is: rule };
  for (const [order, { path, keys }] of allowLists.entries()) nodeAt(root, path).allow ??= { order, is: new Set(keys) };
  return withDeep([], root);
};

const nodeAt = (root: PathNode, path: string): PathNode => path.slice(1).split('/').reduce(step, root);

const step = (node: PathNode, part: string): PathNode => {
  if (part === '**') return node.repeats ? node : (node.deep ??= emptyNode(true));
  if (part === '*') return (node.any ??= emptyNode());
  const key = unescape(part);
  const child = node.children.get(key) ?? emptyNode();
  node.children.set(key, child);
  return child;
};

const withDeep = (nodes: PathNode[], node: PathNode): PathNode[] => {
  if (nodes.includes(node)) return nodes;
  nodes.push(node);
  return node.deep === undefined ? nodes : withDeep(nodes, node.deep);
};

/** The nodes that hold for `key` below any of `nodes`: several, because wildcards and a name may all match. */
export const descend = (nodes: Nodes, key: string): Nodes | undefined => {
  const next: PathNode[] = [];
  for (const node of nodes) {
    const child = node.children.get(key);
    if (child !== undefined) withDeep(next, child);
    if (node.any !== undefined) withDeep(next, node.any);
    if (node.repeats) withDeep(next, node);
  }
  return next.length === 0 ? undefined : next;
};

export const ruleAt = (nodes: Nodes): Rule | undefined => firstOf(nodes, (node) => node.rule);
export const allowedAt = (nodes: Nodes): ReadonlySet<string> | undefined => firstOf(nodes, (node) => node.allow);

const firstOf = <T>(nodes: Nodes, placedAt: (node: PathNode) => Placed<T> | undefined): T | undefined => {
  let found: Placed<T> | undefined;
  for (const node of nodes) {
    const placed = placedAt(node);
    if (placed !== undefined && (found === undefined || placed.order < found.order)) found = placed;
  }
  return found?.is;
};
