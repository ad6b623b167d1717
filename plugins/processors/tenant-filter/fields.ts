// Fields that a tenant does not let out of here: taken off the event before it is journaled, and noted on it.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { conditionsOf, type FilterRule } from './decide.ts';

export interface FieldPolicy {
  readonly name: string;
  /** Absent: every event. */
  readonly when?: FilterRule['when'] | undefined;
  /** Dotted paths; `*` is every element of a list or every key of a map. */
  readonly drop: readonly string[];
}

/** Whole sections that no event needs. */
const FREE_SECTIONS = ['objects', 'changes', 'request', 'data', 'attributes'] as const;
const FREE_SCALARS = ['actionType', 'timestampOriginal', 'description', 'outcomeReason', 'outcomeCode'] as const;
/** Sections of which a part may go: of these the parts that must stay. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  actor: ['id', 'type'],
  object: ['type', 'id'],
  service: ['name'],
  error: ['class', 'retriable'],
  github: ['deliveryId', 'event'],
  deployment: ['id', 'environment', 'status'],
  security: ['violation', 'decision'],
};
const WHOLE: ReadonlySet<string> = new Set([...FREE_SECTIONS, ...FREE_SCALARS]);
/** Lists of objects whose own required parts must stay. */
const KEPT_IN_LISTS: Readonly<Record<string, readonly string[]>> = { objects: ['type', 'id'], changes: ['path'] };
const SEGMENT = /^[^.*]+$/;

/** Why a path cannot be dropped, or undefined. What is left of an event must still be one. */
export const faultOfPath = (path: string): string | undefined => {
  const [section = '', ...rest] = path.split('.');
  if ([section, ...rest].some((part, i) => !SEGMENT.test(part) && !(i > 0 && part === '*'))) {
    return 'expected a dotted path, e.g. actor.email, data.customer.address or changes.*.before';
  }
  if (WHOLE.has(section)) return rest.length === 0 ? undefined : faultWithin(section, rest);
  const kept = KEPT[section];
  if (kept === undefined) return `expected a path in ${[...WHOLE, ...Object.keys(KEPT)].join(', ')}`;
  const [part] = rest;
  if (part === undefined || part === '*') return `${section} cannot go as a whole: name its parts`;
  return kept.includes(part) ? `${path} must stay: an event is none without it` : undefined;
};

const faultWithin = (section: string, rest: readonly string[]): string | undefined => {
  if ((FREE_SCALARS as readonly string[]).includes(section)) return `${section} has no parts`;
  const kept = KEPT_IN_LISTS[section];
  if (kept === undefined) return undefined;
  if (rest[0] !== '*' || rest[1] === undefined) return `expected ${section}, or a part of each as in ${section}.*.name`;
  return kept.includes(rest[1]) ? `${section}.*.${rest[1]} must stay: an entry is none without it` : undefined;
};

type Drop = (event: CanonicalEvent) => void;

/** Undefined where there is no policy: then nothing is asked of an event. */
export const createFieldDrop = (policies: readonly FieldPolicy[]): Drop | undefined => {
  if (policies.length === 0) return undefined;
  const compiled = policies.map(({ name, when, drop }) => ({
    applies: when === undefined ? () => true : conditionsOf(when),
    paths: drop.map((path) => path.split('.')),
    rule: `tenant_filter.${name}`,
  }));
  return (event) => {
    for (const { applies, paths, rule } of compiled) {
      if (!applies(event)) continue;
      for (const path of paths) dropAt(event, path, [], (dropped) => note(event, dropped, rule));
    }
  };
};

type Parent = Record<string, unknown>;

const dropAt = (
  parent: object,
  [head = '', ...rest]: readonly string[],
  above: readonly string[],
  onDrop: (path: readonly string[]) => void,
): void => {
  // Backwards, so that an element that goes moves none that is still to come.
  for (const key of head === '*' ? Object.keys(parent).toReversed() : [head]) {
    if (!Object.hasOwn(parent, key)) continue;
    const value = (parent as Parent)[key];
    if (value === undefined) continue;
    const path = [...above, key];
    if (rest.length > 0) {
      if (typeof value === 'object' && value !== null) dropAt(value, rest, path, onDrop);
      continue;
    }
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as Parent)[key];
    onDrop(path);
  }
};

const MAX_PATH_BYTES = 512;

const note = (event: CanonicalEvent, path: readonly string[], rule: string): void => {
  const pointer = path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const shown = Buffer.byteLength(pointer) > MAX_PATH_BYTES ? `/${path[0]}` : pointer;
  (event.processing.redactions ??= []).push({ path: shown, rule, method: 'drop' });
};
