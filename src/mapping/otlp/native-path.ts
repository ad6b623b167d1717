// `activity.<field>`: a whole native event in attributes. The path is the native one, in snake case.
import { nativeEvent } from '../../event/schema.ts';
import { isRawJson, type OtlpValue } from './decode/request.ts';

const PREFIX = 'activity.';
const MAX_DEPTH = 4;
const MAX_REMEMBERED = 1024;

/** The record itself is the timestamp, the attributes and the data. */
const ELSEWHERE = new Set(['timestamp', 'attributes', 'data']);
const FIELDS = new Set(Object.keys(nativeEvent.shape).filter((field) => !ELSEWHERE.has(field)));

const remembered = new Map<string, readonly string[] | undefined>();

export const isNativeKey = (key: string): boolean => key.startsWith(PREFIX);

/** `activity.actor.on_behalf_of.id` is actor, onBehalfOf, id; undefined where no field has that name. */
export const nativePathOf = (key: string): readonly string[] | undefined => {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const path = parsePath(key.slice(PREFIX.length));
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  if (path !== undefined) remembered.set(key, path);
  return path;
};

const BUSINESS_KEYS = 'correlation.business_keys.';

const parsePath = (name: string): readonly string[] | undefined => {
  const segments = splitPath(name);
  if (segments.some((segment) => segment === '' || segment === '__proto__')) return undefined;
  return FIELDS.has(segments[0]!) && segments.length <= MAX_DEPTH ? segments : undefined;
};

// A business key's type is the sender's own word.
const splitPath = (name: string): string[] =>
  name.startsWith(BUSINESS_KEYS)
    ? ['correlation', 'businessKeys', name.slice(BUSINESS_KEYS.length)]
    : name.split('.').map((segment) => (segment === '__proto__' ? segment : toCamelCase(segment)));

/** The key that `nativePathOf` reads as this path. */
export const nativeKeyOf = (path: readonly string[]): string => {
  const [section, field, ...key] = path;
  if (section === 'correlation' && field === 'businessKeys' && key.length > 0)
    return PREFIX + BUSINESS_KEYS + key.join('.');
  return PREFIX + path.map(toSnakeCase).join('.');
};

const toSnakeCase = (segment: string): string => segment.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const toCamelCase = (segment: string): string =>
  segment.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value);

/** Sets `value` at `path`; false where something on the way is no map. */
export const setNative = (content: Tree, path: readonly string[], value: OtlpValue): boolean => {
  let tree = content;
  for (const segment of path.slice(0, -1)) {
    const next = Object.hasOwn(tree, segment) ? tree[segment] : (tree[segment] = {});
    if (!isTree(next)) return false;
    tree = next;
  }
  tree[path.at(-1)!] = value;
  return true;
};
