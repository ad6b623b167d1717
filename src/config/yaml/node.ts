// A configuration as written: values, and where each key and value stands.

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: Scalar;
  /** Set where the value came from a reference: which one, and its text before it was typed. */
  readonly resolved?: { readonly from: string; readonly text: string };
}
export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly ConfigNode[];
}
export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  /** Where the key stands. */
  readonly place: Place;
  readonly node: ConfigNode;
  /** The key as the user wrote it, where a misspelled one was taken as what was meant. */
  readonly written?: string;
}
export type ConfigNode = ScalarNode | ListNode | MapNode;

export type PathPart = string | number;

export interface Located {
  /** Undefined where the path leads to nothing. */
  readonly node: ConfigNode | undefined;
  /** Of the value; of its key where the value is empty; of the nearest thing above where there is none. */
  readonly place: Place;
  /** As written, e.g. `receivers.http.endpont`. */
  readonly path: string;
}

export const emptyMap = (place: Place): MapNode => ({ kind: 'map', place, entries: new Map() });
export const isNull = (node: ConfigNode): boolean => node.kind === 'scalar' && node.value === null;
export const joinPath = (path: readonly PathPart[]): string => path.join('.');

/** Follows a path. */
export const locate = (root: ConfigNode, path: readonly PathPart[]): Located => {
  let node: ConfigNode | undefined = root;
  let keyPlace = root.place;
  const written: PathPart[] = [];
  for (const part of path) {
    const entry: Entry | undefined = node === undefined ? undefined : childOf(node, part);
    written.push(entry?.written ?? part);
    if (entry !== undefined) keyPlace = entry.place;
    node = entry?.node;
  }
  const place = node === undefined || isNull(node) || node.kind === 'map' ? keyPlace : node.place;
  return { node, place, path: joinPath(written) };
};

const childOf = (node: ConfigNode, part: PathPart): Entry | undefined => {
  if (node.kind === 'map') return node.entries.get(String(part));
  const item = node.kind === 'list' ? node.items[Number(part)] : undefined;
  return item && { place: item.place, node: item };
};

/** Plain values; those of `asText` as the text that their reference gave. Objects have no prototype. */
export const toValue = (node: ConfigNode, asText: ReadonlySet<ConfigNode> = new Set()): unknown => {
  if (node.kind === 'list') return node.items.map((item) => toValue(item, asText));
  if (node.kind === 'scalar') return asText.has(node) && node.resolved ? node.resolved.text : node.value;
  const value = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) value[key] = toValue(entry.node, asText);
  return value;
};

/** The tree with every scalar replaced by what `replace` makes of it. */
export const mapScalars = (
  node: ConfigNode,
  replace: (scalar: ScalarNode, path: readonly PathPart[]) => ScalarNode,
  path: readonly PathPart[] = [],
): ConfigNode => {
  if (node.kind === 'scalar') return replace(node, path);
  if (node.kind === 'list') {
    return { ...node, items: node.items.map((item, i) => mapScalars(item, replace, [...path, i])) };
  }
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { ...entry, node: mapScalars(entry.node, replace, [...path, key]) }] as const,
  );
  return { ...node, entries: new Map(entries) };
};

/** The tree with `node` at `path`, whose parent is a map that is there. */
export const replaceAt = (root: ConfigNode, path: readonly PathPart[], node: ConfigNode): ConfigNode => {
  const [head, ...rest] = path;
  if (head === undefined) return node;
  const entry = root.kind === 'map' ? root.entries.get(String(head)) : undefined;
  if (root.kind !== 'map' || entry === undefined) return root;
  const replaced = { ...entry, node: replaceAt(entry.node, rest, node) };
  return { ...root, entries: new Map(root.entries).set(String(head), replaced) };
};
