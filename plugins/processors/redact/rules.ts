// The configuration's own rules: paths with wildcards, compiled to a tree that is walked beside the event.
import type { Method } from './methods.ts';

export interface Rule {
  readonly name: string;
  readonly method: Method;
  /** For `truncate`: characters. */
  readonly max: number;
}

/** A step of the compiled paths. `rule` applies to the value that was reached, `keep` exempts everything below it. */
export interface PathNode {
  readonly children: Map<string, PathNode>;
  any?: PathNode;
  rule?: Rule;
  keep?: boolean;
}

const emptyNode = (): PathNode => ({ children: new Map() });
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

export interface PathRule {
  /** JSON pointer; `*` stands for any one key or index. */
  readonly path: string;
  readonly rule: Rule;
}

/** Undefined where there are no paths, so that the walk has nothing to carry. */
export const compilePaths = (rules: readonly PathRule[]): PathNode | undefined => {
  if (rules.length === 0) return undefined;
  const root = emptyNode();
  for (const { path, rule } of rules) {
    let node = root;
    for (const part of path.slice(1).split('/')) node = step(node, part);
    if (rule.method === 'keep') node.keep = true;
    else node.rule ??= rule;
  }
  return root;
};

const step = (node: PathNode, part: string): PathNode => {
  if (part === '*') return (node.any ??= emptyNode());
  const key = unescape(part);
  const child = node.children.get(key) ?? emptyNode();
  node.children.set(key, child);
  return child;
};

/** The nodes that hold for `key` below any of `nodes`: several, because a wildcard and a name may both match. */
export const descend = (nodes: readonly PathNode[], key: string): readonly PathNode[] | undefined => {
  const next: PathNode[] = [];
  for (const node of nodes) {
    const child = node.children.get(key);
    if (child !== undefined) next.push(child);
    if (node.any !== undefined) next.push(node.any);
  }
  return next.length === 0 ? undefined : next;
};
