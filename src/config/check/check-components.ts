import { KINDS, type Registry } from '../../registry/registry.ts';
import { EXPORTER_KEYS } from '../../registry/plugin-fault.ts';
import type { Kind, Plugin } from '../../sdk/index.ts';
import type { ExporterDelivery } from '../checked-config.ts';
import { componentSchema, type Section, SECTIONS } from '../config-schema.ts';
import type { Finding, Report } from '../issue.ts';
import { nearest } from '../nearest.ts';
import { type ConfigNode, emptyMap, type Entry, isNull, locate, type MapNode, replaceAt } from '../yaml/node.ts';
import { checkKeys } from './check-keys.ts';
import { checkValues } from './check-values.ts';
import { kindOf } from './plain-message.ts';
import { COMPONENT_ID, type DeliverySection, deliverySection } from './sections.ts';

export interface FoundComponent {
  readonly id: string;
  /** Undefined where nothing is known of this type. */
  readonly plugin: Plugin | undefined;
  /** Undefined where something is wrong with it. */
  readonly config: unknown;
  readonly delivery: ExporterDelivery | undefined;
}

export interface CheckedSection {
  /** With misspelled ids and keys taken as what was meant. */
  readonly root: ConfigNode;
  readonly components: readonly FoundComponent[];
  /** False where the section is not a map. */
  readonly isReadable: boolean;
}

export interface SectionCheck {
  readonly root: ConfigNode;
  readonly section: Section;
  readonly registry: Registry;
  /** False where a plugin could not be loaded: a type that is not known may be its. */
  readonly isComplete: boolean;
}

/** Checks the components of one section: their ids, keys and values. */
export const checkSection = (check: SectionCheck, report: Report): CheckedSection => {
  const { root, section } = check;
  const at = locate(root, [section]);
  if (at.node === undefined || isNull(at.node)) return { root, components: [], isReadable: true };
  if (at.node.kind !== 'map') {
    const found = at.node.kind === 'list' ? [] : at.node.value;
    report(at, { code: 'CONFIG_TYPE', message: `expected a map, found ${kindOf(found)}` });
    return { root, components: [], isReadable: false };
  }
  const repaired = repairIds(at.node, check, at.path, report);
  let checkedRoot = replaceAt(root, [section], repaired.node);
  for (const [id, plugin] of repaired.plugins) {
    if (plugin === undefined) continue;
    const { node, place, path } = locate(checkedRoot, [section, id]);
    const body = node === undefined || isNull(node) ? emptyMap(place) : node;
    checkedRoot = replaceAt(checkedRoot, [section, id], checkKeys(body, componentSchema(plugin), [path], report));
  }
  const components = [...repaired.plugins].map(([id, plugin]) =>
    checkComponent(checkedRoot, [section, id], plugin, report),
  );
  return { root: checkedRoot, components, isReadable: true };
};

interface RepairedIds {
  readonly node: MapNode;
  readonly plugins: ReadonlyMap<string, Plugin | undefined>;
}

const repairIds = (node: MapNode, check: SectionCheck, path: string, report: Report): RepairedIds => {
  const entries = new Map<string, Entry>();
  const plugins = new Map<string, Plugin | undefined>();
  const kind = SECTIONS[check.section];
  for (const [written, entry] of node.entries) {
    const finding = idFinding(written, kind, check);
    if (finding !== undefined) report({ place: entry.place, path: `${path}.${written}` }, finding);
    const meant = finding?.suggestion ?? written;
    const id = node.entries.has(meant) ? written : meant;
    entries.set(id, id === written ? entry : { ...entry, written });
    plugins.set(id, COMPONENT_ID.test(id) ? check.registry.find(kind, typeOf(id)) : undefined);
  }
  return { node: { ...node, entries }, plugins };
};

export const typeOf = (id: string): string => id.split('/', 1)[0] ?? id;

const idFinding = (id: string, kind: Kind, { registry, isComplete }: SectionCheck): Finding | undefined => {
  const type = typeOf(id);
  if (registry.find(kind, type) !== undefined) {
    return COMPONENT_ID.test(id)
      ? undefined
      : {
          code: 'CONFIG_COMPONENT_ID',
          message: `expected the id type or type/name, the name of letters, digits, _ and -`,
        };
  }
  const near = nearest(type, registry.types(kind));
  const suggestion = near === undefined ? undefined : near + id.slice(type.length);
  const other = KINDS.find((candidate) => registry.find(candidate, type) !== undefined);
  const code = 'CONFIG_UNKNOWN_COMPONENT';
  if (other !== undefined) return { code, message: `"${type}" is ${a(other)}, not ${a(kind)}` };
  if (suggestion === undefined && !isComplete) return undefined;
  const known = suggestion === undefined ? `; known are: ${registry.types(kind).join(', ')}` : '';
  return { code, message: `unknown ${kind} "${id}"${known}`, suggestion };
};

export const a = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

const checkComponent = (
  root: ConfigNode,
  path: readonly [Section, string],
  plugin: Plugin | undefined,
  report: Report,
): FoundComponent => {
  const [, id] = path;
  const { node } = locate(root, path);
  if (plugin === undefined || node === undefined) return { id, plugin, config: undefined, delivery: undefined };
  if (plugin.kind !== 'exporter' || node.kind !== 'map') {
    return { id, plugin, config: checkValues(plugin.config, { root, path }, report), delivery: undefined };
  }
  const [engine, own] = partition(node, EXPORTER_KEYS);
  const config = checkValues(plugin.config, { root, path, node: own }, report);
  const delivery = checkValues(deliverySection, { root, path, node: engine }, report);
  return { id, plugin, config, delivery: delivery && toDelivery(delivery) };
};

const partition = (node: MapNode, keys: readonly string[]): readonly [taken: MapNode, rest: MapNode] => {
  const entries = [...node.entries];
  const only = (isTaken: boolean): MapNode => ({
    ...node,
    entries: new Map(entries.filter(([key]) => keys.includes(key) === isTaken)),
  });
  return [only(true), only(false)];
};

const toDelivery = ({ from, on_lag, batch, retry, breaker, timeout }: DeliverySection): ExporterDelivery => ({
  from,
  onLag: on_lag,
  batch: {
    maxEvents: batch.max_events,
    maxBytes: batch.max_bytes,
    maxWaitMs: batch.max_wait,
    concurrency: batch.concurrency,
  },
  retry: { initialMs: retry.initial_interval, maxMs: retry.max_interval },
  breaker: { failures: breaker.failures, openForMs: breaker.open_for, probeEvents: breaker.probe_events },
  timeoutMs: timeout,
});
