import { type Finding, toIssue } from '../issue.ts';
import { type ConfigNode, emptyMap, type Place } from './node.ts';
import type { ParsedYaml } from './parse-yaml.ts';
import { parseYaml } from './parse-yaml.ts';

/** The `file` of what `--set` gives; the line is which of them, the column stands in its text. */
export const SET_FILE = '--set';

/** `exporters.file/a.path=x`: a tree with this one value, which is read as YAML. */
export const parseSet = (argument: string, ordinal: number): ParsedYaml => {
  const at = (column: number): Place => ({ file: SET_FILE, line: ordinal, column });
  const equals = argument.indexOf('=');
  const keys = argument.slice(0, Math.max(equals, 0)).split('.');
  if (equals < 0 || keys.some((key) => key.trim() === '')) {
    return { root: emptyMap(at(1)), issues: [toIssue(at(1), '', NOT_A_SET)] };
  }
  const text = argument.slice(equals + 1);
  if (text.trim() === '') {
    return { root: wrap(keys, { kind: 'scalar', place: at(equals + 2), value: null }, at), issues: [] };
  }
  const { root, issues } = parseYaml(SET_FILE, text);
  const move = <T extends Place>(place: T): T => ({ ...place, line: ordinal, column: place.column + equals + 1 });
  return { root: wrap(keys, movePlaces(root, move), at), issues: issues.map(move) };
};

const NOT_A_SET: Finding = {
  code: 'CONFIG_SET',
  message: 'expected path=value, e.g. receivers.http.endpoint=127.0.0.1:0',
};

const movePlaces = (node: ConfigNode, move: (place: Place) => Place): ConfigNode => {
  const place = move(node.place);
  if (node.kind === 'scalar') return { ...node, place };
  if (node.kind === 'list') return { ...node, place, items: node.items.map((item) => movePlaces(item, move)) };
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { ...entry, place: move(entry.place), node: movePlaces(entry.node, move) }] as const,
  );
  return { ...node, place, entries: new Map(entries) };
};

const wrap = (keys: readonly string[], value: ConfigNode, at: (column: number) => Place): ConfigNode => {
  let column = keys.join('.').length + 1;
  return keys.reduceRight((node, key) => {
    column -= key.length;
    const place = at(column);
    column -= 1;
    return { kind: 'map', place, entries: new Map([[key, { place, node }]]) };
  }, value);
};
