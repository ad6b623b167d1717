// A payload within what `data` may hold: deeper or more than that is cut, and each cut is told.
import { isRawJson } from '../event/json.ts';
import { pointerOf } from '../event/pointer.ts';
import type { Warning } from '../event/schema.ts';

const MAX_DEPTH = 16;
const MAX_LEAVES = 1024;
/** Of the cuts beyond these only the last is told, as `data_cut_more`. */
const MAX_TOLD = 32;
const MAX_PATH_BYTES = 512;

type Payload = Readonly<Record<string, unknown>>;

interface Walk {
  readonly path: (string | number)[];
  readonly warnings: Warning[];
  leaves: number;
  told: number;
}

/** The payload itself where it fits. What is cut becomes null, so that the place stays to be seen. */
export const boundData = (data: Payload, warnings: Warning[], root = 'data'): Payload => {
  if (fits(data, 1, { left: MAX_LEAVES })) return data;
  const walk: Walk = { path: [root], warnings, leaves: 0, told: 0 };
  return boundFields(data, 1, walk);
};

const fits = (value: object, depth: number, room: { left: number }): boolean => {
  if (depth > MAX_DEPTH) return false;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (inner.length === 0) return --room.left >= 0;
  for (const one of inner) {
    if (isContainer(one) ? !fits(one, depth + 1, room) : --room.left < 0) return false;
  }
  return true;
};

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !isRawJson(value);

const boundFields = (fields: object, depth: number, walk: Walk): Payload => {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    walk.path.push(key);
    if (walk.leaves < MAX_LEAVES) kept[key] = bound(value, depth, walk);
    else tellCut(walk);
    walk.path.pop();
  }
  if (Object.keys(kept).length === 0) walk.leaves++;
  return kept;
};

const boundItems = (items: readonly unknown[], depth: number, walk: Walk): readonly unknown[] => {
  const kept: unknown[] = [];
  for (const [index, item] of items.entries()) {
    walk.path.push(index);
    const isFull = walk.leaves >= MAX_LEAVES;
    if (isFull) tellCut(walk);
    else kept.push(bound(item, depth, walk));
    walk.path.pop();
    // One cut tells of all that follow.
    if (isFull) break;
  }
  if (kept.length === 0) walk.leaves++;
  return kept;
};

const bound = (value: unknown, depth: number, walk: Walk): unknown => {
  if (!isContainer(value)) {
    walk.leaves++;
    return value;
  }
  if (depth === MAX_DEPTH) {
    walk.leaves++;
    tellCut(walk);
    return null;
  }
  return Array.isArray(value) ? boundItems(value, depth + 1, walk) : boundFields(value, depth + 1, walk);
};

const tellCut = (walk: Walk): void => {
  if (walk.told > MAX_TOLD) return;
  const path = pointerOf(walk.path, walk.path.length);
  if (walk.told++ === MAX_TOLD) walk.warnings.push({ code: 'data_cut_more', path: '/data' });
  else walk.warnings.push({ code: 'data_cut', path: Buffer.byteLength(path) > MAX_PATH_BYTES ? '/data' : path });
};
