import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { ConfigIssue } from '../checked-config.ts';
import { type Finding, toIssue } from '../issue.ts';
import { type ConfigNode, emptyMap, type Entry, joinPath, type PathPart, type Place, type Scalar } from './node.ts';

export interface ParsedYaml {
  readonly root: ConfigNode;
  readonly issues: readonly ConfigIssue[];
}

export const MAX_FILE_BYTES = 1024 ** 2;
/** With every alias expanded: what a few lines of aliases of aliases would grow to is refused. */
const MAX_NODES = 50_000;
const MAX_DEPTH = 64;

/** Parses one YAML document. Where there are issues, `root` is not to be relied on. */
export const parseYaml = (file: string, text: string): ParsedYaml => {
  const start = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    return { root: emptyMap(start), issues: [toIssue(start, '', TOO_LARGE)] };
  }
  const lines = new LineCounter();
  // prettyErrors would quote the lines around an error, and with them what may be a secret.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = [...document.errors, ...document.warnings].map((error) => syntaxIssue(error, placeAt));
  if (faults.length > 0) return { root: emptyMap(start), issues: faults };
  return createReader(document, placeAt, start).read();
};

const TOO_LARGE: Finding = { code: 'CONFIG_TOO_LARGE', message: 'is larger than 1 MiB' };

const syntaxIssue = ({ code, pos, message }: YAMLError, placeAt: (offset: number) => Place): ConfigIssue => {
  const place = placeAt(pos[0]);
  if (code === 'DUPLICATE_KEY') {
    return toIssue(place, '', { code: 'CONFIG_DUPLICATE_KEY', message: 'this key is already given in the same map' });
  }
  const plain = code === 'MULTIPLE_DOCS' ? 'expected one document; give several files instead' : lowerFirst(message);
  return toIssue(place, '', { code: 'CONFIG_SYNTAX', message: `not valid YAML: ${plain}` });
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

interface Reading {
  readonly path: readonly PathPart[];
  readonly fallback: Place;
}

const createReader = (document: Document, placeAt: (offset: number) => Place, start: Place) => {
  const issues: ConfigIssue[] = [];
  const targets = aliasTargets(document);
  let nodes = 0;

  const placeOf = (node: Node | null | undefined, fallback: Place): Place => {
    const range = node?.range;
    return range && range[0] !== range[1] ? placeAt(range[0]) : fallback;
  };
  const report = (place: Place, path: readonly PathPart[], message: string): ConfigNode => {
    issues.push(toIssue(place, joinPath(path), { code: 'CONFIG_SYNTAX', message }));
    return emptyMap(place);
  };

  const readNode = (node: unknown, { path, fallback }: Reading): ConfigNode => {
    if (isAlias(node)) {
      const target = targets.get(node);
      const place = placeOf(node, fallback);
      if (target === undefined) return report(place, path, `nothing is anchored as "${node.source}" before this`);
      return readNode(target, { path, fallback: place });
    }
    if (++nodes > MAX_NODES || path.length > MAX_DEPTH) {
      // Said once: the rest of an alias bomb is not walked.
      if (issues.length === 0)
        return report(fallback, path.slice(0, 1), 'holds too many values, or is nested too deep');
      return emptyMap(fallback);
    }
    if (isMap(node)) return readMap(node.items, placeOf(node, fallback), path);
    if (isSeq(node)) {
      const place = placeOf(node, fallback);
      return { kind: 'list', place, items: readItems(node.items, path, place) };
    }
    return { kind: 'scalar', place: placeOf(node as Node | null, fallback), value: scalarValue(node) };
  };

  const readItems = (items: readonly unknown[], path: readonly PathPart[], fallback: Place): ConfigNode[] => {
    const read: ConfigNode[] = [];
    for (const [i, item] of items.entries()) {
      if (nodes > MAX_NODES) break;
      read.push(readNode(item, { path: [...path, i], fallback }));
    }
    return read;
  };

  const readMap = (pairs: readonly Pair[], place: Place, path: readonly PathPart[]): ConfigNode => {
    const entries = new Map<string, Entry>();
    for (const { key, value } of pairs) {
      if (nodes > MAX_NODES) break;
      const keyPlace = placeOf(key as Node | null, place);
      const name = isScalar(key) ? keyText(key.value) : '';
      if (name === '') {
        report(keyPlace, path, 'expected text as a key');
        continue;
      }
      entries.set(name, { place: keyPlace, node: readNode(value, { path: [...path, name], fallback: keyPlace }) });
    }
    return { kind: 'map', place, entries };
  };

  return {
    read: (): ParsedYaml => {
      const root =
        document.contents === null ? emptyMap(start) : readNode(document.contents, { path: [], fallback: start });
      return { root, issues };
    },
  };
};

/** What each alias stands for: the last node of that anchor before it. */
const aliasTargets = (document: Document): ReadonlyMap<Alias, Node> => {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) return void (node.anchor !== undefined && anchored.set(node.anchor, node));
      const target = anchored.get(node.source);
      if (target !== undefined) targets.set(node, target);
      return undefined;
    },
  });
  return targets;
};

const keyText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const scalarValue = (node: unknown): Scalar => {
  const value = isScalar(node) ? node.value : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
};
