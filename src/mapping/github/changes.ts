// What was before, where the payload tells it: `changes: { title: { from } }`, at any depth.
import { type Fields, isFields } from '../../event/fields.ts';
import type { Hook } from './delivery.ts';
import { at, clip } from './payload.ts';
import { subjectFields } from './subject.ts';

const MAX_CHANGES = 64;
const MAX_DEPTH = 4;
const MAX_TEXT = 1024;
const MAX_PATH = 256;

export const changesOf = (hook: Hook): readonly Fields[] | undefined => {
  const changes = hook.payload['changes'];
  if (!isFields(changes)) return undefined;
  const subject = subjectFields(hook) ?? hook.payload['repository'];
  const found = collect(changes, [], (path) => at(subject, path));
  return found.length === 0 ? undefined : found.slice(0, MAX_CHANGES);
};

const collect = (changes: Fields, keys: readonly string[], now: (path: string) => unknown): Fields[] =>
  Object.entries(changes).flatMap(([key, change]) => {
    if (!isFields(change)) return [];
    const path = [...keys, key];
    if (!Object.hasOwn(change, 'from')) return path.length < MAX_DEPTH ? collect(change, path, now) : [];
    const text = clip(path.join('.'), MAX_PATH);
    const before = told(change['from']);
    const after = told(Object.hasOwn(change, 'to') ? change['to'] : now(text));
    return [{ path: text, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  });

/** Scalars alone: a whole account or repository is in the payload already. */
const told = (value: unknown): unknown => {
  if (typeof value === 'string') return clip(value, MAX_TEXT);
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
};
