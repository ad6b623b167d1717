import type { ConfigNode, Entry } from './node.ts';

/** Lays `over` on `base`: maps are merged deeply, everything else is replaced. Each value keeps its place. */
export const mergeNodes = (base: ConfigNode, over: ConfigNode): ConfigNode => {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) entries.set(key, mergeEntries(base.entries.get(key), entry));
  return { ...base, entries };
};

const mergeEntries = (base: Entry | undefined, over: Entry): Entry => {
  if (base === undefined || base.node.kind !== 'map' || over.node.kind !== 'map') return over;
  return { ...base, node: mergeNodes(base.node, over.node) };
};
