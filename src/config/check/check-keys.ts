import { formsOf, type JsonSchema } from '../../registry/option-schema.ts';
import type { Report } from '../issue.ts';
import { nearest } from '../nearest.ts';
import type { ConfigNode, Entry, MapNode, PathPart } from '../yaml/node.ts';
import { joinPath } from '../yaml/node.ts';

/**
 * Reports every key that the schema does not know. A misspelled one is taken as what was probably meant, so that it
 * is one mistake and not also a missing option; one that means nothing is left out of the result.
 */
export const checkKeys = (
  node: ConfigNode,
  schema: JsonSchema,
  path: readonly PathPart[],
  report: Report,
): ConfigNode => {
  const forms = formsOf(schema);
  if (node.kind === 'scalar') return node;
  if (node.kind === 'list') {
    const items = forms.flatMap((form) => (form.items === undefined ? [] : [form.items]));
    return { ...node, items: node.items.map((item, i) => checkKeys(item, { anyOf: items }, [...path, i], report)) };
  }
  const maps = forms.filter(({ properties, additionalProperties }) => properties ?? additionalProperties);
  return maps.length === 0 ? node : checkMap(node, maps, path, report);
};

const checkMap = (node: MapNode, forms: readonly JsonSchema[], path: readonly PathPart[], report: Report): MapNode => {
  const isOpen = forms.some(({ additionalProperties }) => additionalProperties !== false);
  const legal = new Set(forms.flatMap(({ properties }) => Object.keys(properties ?? {})));
  const entries = new Map<string, Entry>();
  for (const [key, entry] of node.entries) {
    const name = isOpen || legal.has(key) ? key : unknownKey(key, entry, { node, legal, path }, report);
    if (name === undefined) continue;
    const written = [...path, entry.written ?? key];
    const value = checkKeys(entry.node, { anyOf: forms.flatMap((form) => schemasOf(form, name)) }, written, report);
    entries.set(name, { ...entry, node: value, ...(name === key ? {} : { written: key }) });
  }
  return { ...node, entries };
};

interface Among {
  readonly node: MapNode;
  readonly legal: ReadonlySet<string>;
  readonly path: readonly PathPart[];
}

/** The key that was meant, where it is not given as well. */
const unknownKey = (
  key: string,
  { place }: Entry,
  { node, legal, path }: Among,
  report: Report,
): string | undefined => {
  const suggestion = nearest(key, legal);
  report(
    { place, path: joinPath([...path, key]) },
    { code: 'CONFIG_UNKNOWN_KEY', message: `unknown key "${key}"`, suggestion },
  );
  return suggestion !== undefined && !node.entries.has(suggestion) ? suggestion : undefined;
};

const schemasOf = ({ properties, additionalProperties }: JsonSchema, key: string): readonly JsonSchema[] => {
  if (properties !== undefined && Object.hasOwn(properties, key)) return [properties[key]!];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
};
