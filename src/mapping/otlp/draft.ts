// What every record's event has in common: attributes go to their places, and nothing is lost on the way.
import type { Warning } from '../../event/schema.ts';
import type { RawEvent } from '../../event/raw-event.ts';
import type { Instant } from '../../event/time.ts';
import { FACT, type Facts, fits } from './facts.ts';
import { isNativeKey, nativePathOf, setNative } from './native-path.ts';
import { type Attributes, isRawJson, type OtlpValue } from './decode/request.ts';
import {
  dropQueries,
  fill,
  fillActor,
  fillAddress,
  fillDeployment,
  fillError,
  fillObject,
  fillRequest,
  isMap,
  type Section,
} from './sections.ts';

// The bounds of `attributes` in EVENTS.md 2: what is beyond them is kept under `data` instead of being refused.
const MAX_KEYS = 128;
const MAX_KEY_BYTES = 256;
const MAX_TEXT_BYTES = 4096;
const MAX_ITEMS = 1024;

/** The content of one event while it is put together. */
export interface Draft {
  readonly content: Section;
  readonly attributes: Record<string, OtlpValue>;
  attributeCount: number;
  data: Section | undefined;
  warnings: Warning[] | undefined;
  /** When it happened; undefined where the content says it, or nothing does. */
  instant: Instant | undefined;
  timeSource: RawEvent['timeSource'];
}

/** A resource and its scope, worked out once for all their records. */
export interface Surroundings {
  readonly warnings: readonly Warning[];
  readonly environment: string | undefined;
  /** Adds the service and the other facts to a record's event: copies, for events are changed in place later. */
  addTo(draft: Draft): void;
}

export const newDraft = (): Draft => ({
  content: {},
  attributes: {},
  attributeCount: 0,
  data: undefined,
  warnings: undefined,
  instant: undefined,
  timeSource: undefined,
});

export const warn = (draft: Draft, code: string, path: string): void => {
  (draft.warnings ??= []).push({ code, path });
};

/** Sorts attributes into facts, native fields and the rest. */
export const collect = (draft: Draft, facts: Facts, { keys, values }: Attributes): void => {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const value = values[i]!;
    if (facts.put(key, value)) continue;
    const path = isNativeKey(key) ? nativePathOf(key) : undefined;
    if (path === undefined || !setNative(draft.content, path, value)) keep(draft, key, value);
  }
};

/** Keeps an attribute under `attributes` if it is flat and within the bounds there, else under `data`. */
export const keep = (draft: Draft, key: string, value: OtlpValue): void => {
  if (draft.attributeCount < MAX_KEYS && fits(key, MAX_KEY_BYTES) && isFlat(value)) {
    draft.attributeCount++;
    draft.attributes[key] = value;
  } else keepNested(draft, key, value);
};

const isFlat = (value: OtlpValue): boolean => {
  if (typeof value === 'string') return fits(value, MAX_TEXT_BYTES);
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value) ? value.length <= MAX_ITEMS && value.every(isFlatItem) : isRawJson(value);
};

const isFlatItem = (item: unknown): boolean =>
  typeof item === 'string' ? fits(item, MAX_TEXT_BYTES) : typeof item !== 'object' || item === null || isRawJson(item);

/** The body's own key goes first; an attribute of the same name stands beside it. */
export const keepNested = (draft: Draft, key: string, value: unknown): void => {
  const data = (draft.data ??= {});
  data[Object.hasOwn(data, key) ? `attributes.${key}` : key] = value;
};

/** A body that is no map is wrapped: `data` is one. */
export const dataOf = (body: OtlpValue): Section => (isMap(body) ? body : { value: body });

const addActor = ({ content }: Draft, facts: Facts): void => {
  fill(content, 'actor', fillActor, facts);
  if (content['category'] === 'security' && content['actor'] === undefined) fill(content, 'actor', fillAddress, facts);
};

export const addSections = (draft: Draft, facts: Facts): void => {
  const { content } = draft;
  if (facts.hasActor) addActor(draft, facts);
  if (facts.hasObject) fill(content, 'object', fillObject, facts);
  if (facts.hasRequest) {
    if (dropQueries(facts)) warn(draft, 'query_string_dropped', '/request/path');
    fill(content, 'request', fillRequest, facts);
  }
  if (facts.hasError) fill(content, 'error', fillError, facts);
};

/** Attributes whose names would say something else if they stood by themselves. */
const addSetApart = (draft: Draft, facts: Facts): void => {
  const apart = facts.peek(FACT['activity.attributes']);
  if (!isMap(apart)) return;
  facts.take(FACT['activity.attributes']);
  for (const key in apart) keep(draft, key, apart[key] as OtlpValue);
  draft.content['attributes'] = draft.attributes;
};

/** What is left over, and what the surroundings add. */
export const finish = (draft: Draft, facts: Facts, surroundings: Surroundings): void => {
  if (facts.peek(FACT['activity.attributes']) !== undefined) addSetApart(draft, facts);
  if (facts.hasDeployment || draft.content['deployment'] !== undefined)
    fill(draft.content, 'deployment', fillDeployment, { facts, environment: surroundings.environment });
  facts.drain((key, value) => keep(draft, key, value));
  surroundings.addTo(draft);
  if (draft.data !== undefined) draft.content['data'] = draft.data;
  if (draft.attributeCount > 0) draft.content['attributes'] = draft.attributes;
};
