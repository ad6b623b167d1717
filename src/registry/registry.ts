import type { Kind, Plugin } from '../sdk/index.ts';

/** The plugins that a configuration may name. */
export interface Registry {
  find<K extends Kind>(kind: K, type: string): Extract<Plugin, { kind: K }> | undefined;
  /** In the order of registration; of one kind where it is named. */
  list(kind?: Kind): readonly Plugin[];
  types(kind: Kind): readonly string[];
  /** A registry with these as well. */
  with(plugins: readonly Plugin[]): Registry;
}

export const KINDS = ['receiver', 'processor', 'exporter', 'extension'] as const satisfies readonly Kind[];

/** Throws where two plugins of one kind have the same type: a plugin never takes another's place. */
export const createRegistry = (plugins: readonly Plugin[]): Registry => {
  const byKey = new Map<string, Plugin>();
  for (const plugin of plugins) {
    const key = keyOf(plugin.kind, plugin.type);
    if (byKey.has(key)) throw new TypeError(`two plugins are the ${plugin.kind} "${plugin.type}"`);
    byKey.set(key, plugin);
  }
  const list = (kind?: Kind): readonly Plugin[] =>
    kind === undefined ? [...byKey.values()] : [...byKey.values()].filter((plugin) => plugin.kind === kind);
  return {
    find: <K extends Kind>(kind: K, type: string) =>
      byKey.get(keyOf(kind, type)) as Extract<Plugin, { kind: K }> | undefined,
    list,
    types: (kind) => list(kind).map(({ type }) => type),
    with: (more) => createRegistry([...plugins, ...more]),
  };
};

const keyOf = (kind: Kind, type: string): string => `${kind} ${type}`;
