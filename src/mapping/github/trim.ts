// The payload as it is kept: without what is the same for every repository or leads to a picture, and bounded.
import { type Fields, isFields } from '../../event/fields.ts';

export interface Trimmed {
  readonly data: Fields;
  /** Something was left out because there was too much of it. */
  readonly isCut: boolean;
}

/** Links among the `*_url` that say something of this event; the others are templates of the REST API. */
const KEPT_URLS: ReadonlySet<string> = new Set([
  'html_url',
  'target_url',
  'log_url',
  'environment_url',
  'details_url',
  'deployment_url',
]);
const NOISE: ReadonlySet<string> = new Set(['node_id', 'gravatar_id', '_links']);

/** Below the bounds of the schema (16 deep, 1,024 leaves): `normalize` adds what it has no other place for. */
const MAX_LEAVES = 960;
const MAX_ITEMS = 64;
const MAX_DEPTH = 14;
const MAX_KEY = 256;

export const trim = (payload: Fields): Trimmed => {
  const walk = { leaves: MAX_LEAVES, isCut: false };
  return { data: trimFields(payload, 1, walk), isCut: walk.isCut };
};

interface Walk {
  leaves: number;
  isCut: boolean;
}

const trimFields = (fields: Fields, depth: number, walk: Walk): Record<string, unknown> => {
  const kept: Record<string, unknown> = {};
  const isConcluded = typeof fields['conclusion'] === 'string';
  for (const key in fields) {
    if (isNoise(key) || (key === 'status' && isConcluded)) continue;
    if (key.length > MAX_KEY || walk.leaves <= 0) {
      walk.isCut = true;
      continue;
    }
    kept[key] = trimValue(fields[key], depth, walk);
  }
  return counted(kept, Object.keys(kept).length, walk);
};

/** An empty container takes room as a leaf does. */
const counted = <T>(container: T, size: number, walk: Walk): T => {
  if (size === 0) walk.leaves--;
  return container;
};

/** `status` beside a conclusion says "completed" and nothing else; taken for how it went it would contradict. */
const isNoise = (key: string): boolean => NOISE.has(key) || (key.endsWith('_url') && !KEPT_URLS.has(key));

const trimValue = (value: unknown, depth: number, walk: Walk): unknown => {
  const isList = Array.isArray(value);
  if (!isList && !isFields(value)) {
    walk.leaves--;
    return value;
  }
  if (depth >= MAX_DEPTH) {
    walk.isCut = true;
    walk.leaves--;
    return null;
  }
  if (!isList) return trimFields(value, depth + 1, walk);
  if (value.length > MAX_ITEMS) walk.isCut = true;
  return trimList(value, depth, walk);
};

const trimList = (items: readonly unknown[], depth: number, walk: Walk): readonly unknown[] => {
  const kept: unknown[] = [];
  for (const item of items.slice(0, MAX_ITEMS)) {
    if (walk.leaves <= 0) {
      walk.isCut = true;
      break;
    }
    kept.push(trimValue(item, depth + 1, walk));
  }
  return counted(kept, kept.length, walk);
};
