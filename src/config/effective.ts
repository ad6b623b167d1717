import { formsOf, type JsonSchema } from '../registry/option-schema.ts';
import { type ConfigNode, emptyMap, type Entry, isNull, type MapNode, type Place } from './yaml/node.ts';

/** Where a value is that nobody gave. */
export const DEFAULT_PLACE: Place = { file: 'default', line: 0, column: 0 };

const MASK = '***';
const URL_PASSWORD = /(\/\/[^/\s:@]*):[^/\s@]+@/g;

/** What is in force: with the defaults, and with secrets masked. */
export const effectiveConfig = (node: ConfigNode, schema: JsonSchema): ConfigNode => {
  const forms = formsOf(schema);
  if (forms.some(({ secret }) => secret === true)) return masked(node);
  const map = forms.find(({ properties, patternProperties }) => properties ?? patternProperties);
  if (map !== undefined && (node.kind === 'map' || isNull(node))) {
    return fillMap(node.kind === 'map' ? node : emptyMap(node.place), map);
  }
  if (node.kind === 'list') {
    const item = forms.find(({ items }) => items !== undefined)?.items;
    return { ...node, items: node.items.map((inner) => effectiveConfig(inner, item ?? {})) };
  }
  if (node.kind === 'map') return fillMap(node, forms.find(({ additionalProperties }) => additionalProperties) ?? {});
  return typeof node.value === 'string' ? { ...node, value: node.value.replaceAll(URL_PASSWORD, `$1:${MASK}@`) } : node;
};

/** Its place and its reference stay; they are no secret. */
const masked = (node: ConfigNode): ConfigNode => {
  if (isNull(node)) return node;
  const resolved = node.kind === 'scalar' ? node.resolved : undefined;
  const shown: ConfigNode = { kind: 'scalar', place: node.place, value: MASK };
  return resolved === undefined ? shown : { ...shown, resolved: { ...resolved, text: MASK } };
};

const fillMap = (node: MapNode, schema: JsonSchema): MapNode => {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { ...entry, node: effectiveConfig(entry.node, schemaOf(schema, key)) });
  }
  for (const [key, option] of Object.entries(schema.properties ?? {})) {
    if (entries.has(key) || option.default === undefined) continue;
    entries.set(key, { place: DEFAULT_PLACE, node: effectiveConfig(fromDefault(option.default), option) });
  }
  return { ...node, entries };
};

const schemaOf = ({ properties, patternProperties, additionalProperties }: JsonSchema, key: string): JsonSchema => {
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key] ?? {};
  const pattern = Object.entries(patternProperties ?? {}).find(([source]) => new RegExp(source).test(key));
  return pattern?.[1] ?? (typeof additionalProperties === 'object' ? additionalProperties : {});
};

const fromDefault = (value: unknown): ConfigNode => {
  const place = DEFAULT_PLACE;
  if (Array.isArray(value)) return { kind: 'list', place, items: value.map(fromDefault) };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => [key, { place, node: fromDefault(inner) }] as const);
    return { kind: 'map', place, entries: new Map(entries) };
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', place, value: isScalar ? value : null };
};
