// What may pass as an event: the native API's field table, the actions, the times, the sections that a category needs.
import { closest, distance } from 'fastest-levenshtein';
import { BUILT_IN_ACTIONS, EXTENSION_PREFIX } from '../../../src/event/actions.ts';
import { compileCheck, type EventCheck } from '../../../src/event/check.ts';
import type { Limits } from '../../../src/event/check/limits.ts';
import type { EventErrorCode } from '../../../src/event/error-codes.ts';
import { evidenceOf } from '../../../src/event/evidence.ts';
import { instantOfEvent, timeError } from '../../../src/event/event-time.ts';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import { nativeEvent, type Category, type NativeEvent } from '../../../src/event/schema.ts';
import { pass, rejectAll, type BatchOrigin, type EventError, type Verdict } from '../../../src/sdk/index.ts';
import type { SchemaCheck } from './event-schema.ts';

export interface ValidatorOptions {
  readonly unknownFields: 'lenient' | 'strict';
  /** Registered actions, each with its category. */
  readonly actions: Readonly<Record<string, Category>>;
  readonly maxFutureMs: number;
  readonly maxAgeMs: number;
  /** Users' own schemas, by action. */
  readonly schemas?: ReadonlyMap<string, SchemaCheck>;
  /** Limits below those of the field table. */
  readonly limits?: Limits;
}

export class EventValidator {
  readonly #check: EventCheck;
  readonly #actions: ReadonlyMap<string, Category>;
  readonly #schemas: ReadonlyMap<string, SchemaCheck> | undefined;
  readonly #maxFutureSeconds: number;
  readonly #maxAgeSeconds: number;

  constructor({ unknownFields, actions, maxFutureMs, maxAgeMs, schemas, limits }: ValidatorOptions) {
    this.#check = compileCheck(nativeEvent, unknownFields === 'strict' ? unknownKeyWords : undefined, limits);
    this.#schemas = schemas === undefined || schemas.size === 0 ? undefined : schemas;
    this.#actions = new Map([...Object.entries(actions), ...BUILT_IN_ACTIONS]);
    this.#maxFutureSeconds = maxFutureMs / 1000;
    this.#maxAgeSeconds = maxAgeMs / 1000;
  }

  /** All errors at once; the event itself is left as it is. */
  validate(raw: RawEvent, origin: BatchOrigin): Verdict {
    const wrong = this.#check(raw.content);
    const isSound = wrong.length === 0;
    const errors = isSound ? this.#rules(raw, origin) : [...wrong, ...this.#partialRules(raw, origin, wrong)];
    const broken = this.#schemas === undefined ? NONE : this.#schemaErrors(raw, errors ?? NONE);
    if (errors === undefined && broken.length === 0) return pass;
    return rejectAll([...(errors ?? NONE), ...broken]);
  }

  /** Of the action's own schema; what is told of a field already is not told twice. */
  #schemaErrors({ content }: RawEvent, told: readonly EventError[]): readonly EventError[] {
    const action = (content as RawEvent['content'] | null)?.['action'];
    const check = typeof action === 'string' ? this.#schemas?.get(action) : undefined;
    if (check === undefined) return NONE;
    return check(content).filter(({ path }) => !told.some((error) => error.path === path));
  }

  /** Of an event whose fields are sound: what the fields say together. Undefined: nothing is wrong. */
  #rules(raw: RawEvent, origin: BatchOrigin): EventError[] | undefined {
    const sent = raw.content as NativeEvent;
    const tenant = tenantError(sent, origin);
    const action = this.#actionError(sent);
    const time = this.#timeError(raw);
    const contradiction = contradictionError(sent);
    const missing = missingSections(sent, raw);
    if ((tenant ?? action ?? time ?? contradiction) === undefined && missing.length === 0) return undefined;
    const errors = [tenant, action, time, contradiction, ...missing.map((section) => required(section, sent))];
    return errors.filter((error) => error !== undefined);
  }

  /** Of an event with unsound fields: the rules over those that are sound. */
  #partialRules(raw: RawEvent, origin: BatchOrigin, wrong: readonly EventError[]): EventError[] {
    if (wrong.some(({ path }) => path === '')) return [];
    const unsound = new Set(wrong.map(({ path }) => path.split('/')[1] ?? ''));
    const sound = Object.fromEntries(Object.entries(raw.content).filter(([key]) => !unsound.has(key)));
    const sent = sound as NativeEvent;
    const errors = [tenantError(sent, origin), unsound.has('timestamp') ? undefined : this.#timeError(raw)];
    if (!unsound.has('action') && !unsound.has('category')) errors.push(this.#actionError(sent));
    if (!unsound.has('action')) errors.push(contradictionError(sent));
    if (!unsound.has('category')) {
      const missing = missingSections(sent, raw).filter((section) => !unsound.has(section));
      errors.push(...missing.map((section) => required(section, sent)));
    }
    return errors.filter((error) => error !== undefined);
  }

  #actionError({ action, category }: NativeEvent): EventError | undefined {
    const home = this.#actions.get(action);
    if (home === category) return undefined;
    if (home !== undefined)
      return error('ACTION_CATEGORY_MISMATCH', '/action', `belongs to the category ${home}, not to ${category}`);
    if (action.startsWith(EXTENSION_PREFIX)) return undefined;
    const meant = nearest(action, [...this.#actions.keys()]);
    const words = 'is neither built in nor registered; name an action of your own with the prefix x.';
    return error('ACTION_UNKNOWN', '/action', meant === undefined ? words : `${words} Did you mean ${meant}?`);
  }

  #timeError(raw: RawEvent): EventError | undefined {
    const time = instantOfEvent(raw);
    if (typeof time === 'string') return timeError(time);
    const ahead = time.seconds - raw.receivedAt.seconds;
    if (ahead > this.#maxFutureSeconds)
      return error('EVENT_TIME_FUTURE', '/timestamp', 'lies further ahead of the clock than allowed');
    if (-ahead > this.#maxAgeSeconds)
      return error('EVENT_TIME_TOO_OLD', '/timestamp', 'lies further back than events are kept');
    return undefined;
  }
}

const NONE: readonly never[] = [];

const error = (code: EventErrorCode, path: string, message: string): EventError => ({ code, path, message });

const required = (section: string, { category, action }: NativeEvent): EventError =>
  error(
    'EVENT_FIELD_REQUIRED',
    `/${section}`,
    section === 'deployment' ? `is required for ${action}` : `is required for category ${category}`,
  );

const tenantError = ({ tenantId }: NativeEvent, { tenant }: BatchOrigin): EventError | undefined =>
  tenantId === undefined || tenantId === tenant
    ? undefined
    : error('TENANT_MISMATCH', '/tenantId', 'is not the tenant of the credential');

/** Closed is not merged: only `merged` says so, wherever the sender put it. */
const contradictionError = ({ action, data, github }: NativeEvent): EventError | undefined => {
  if (action !== 'pr_merged') return undefined;
  const pullRequest = github?.pullRequest as { readonly merged?: unknown } | undefined;
  const nested = data?.['pull_request'] as { readonly merged?: unknown } | null | undefined;
  const path = [
    data?.['merged'] === false && '/data/merged',
    nested?.merged === false && '/data/pull_request/merged',
    pullRequest?.merged === false && '/github/pullRequest/merged',
  ].find((found) => found !== false);
  if (path === undefined) return undefined;
  return error('ACTION_CONTRADICTED', path, 'says that nothing was merged; the action of that is x.pr_closed');
};

type Section = 'actor' | 'object' | 'service' | 'security' | 'github' | 'deployment' | 'evidence';
const SECTIONS: Readonly<Record<Category, readonly Section[]>> = {
  business: ['actor', 'object'],
  system: ['service'],
  delivery: [],
  security: ['actor', 'security'],
};
const DEPLOYMENTS: ReadonlySet<string> = new Set(['deploy_completed', 'rollback_initiated']);
const missingSections = (sent: NativeEvent, raw: RawEvent): readonly Section[] => {
  if (sent.category === 'delivery') return missingOfDelivery(sent, raw);
  let missing: Section[] | undefined;
  for (const section of SECTIONS[sent.category]) if (sent[section] === undefined) (missing ??= []).push(section);
  return missing ?? NONE;
};

/** Evidence may be derived: only where nothing can be is it asked for. */
const missingOfDelivery = (sent: NativeEvent, { source }: RawEvent): Section[] => {
  const missing: Section[] = [];
  if (source.kind === 'github' && sent.github === undefined) missing.push('github');
  if (DEPLOYMENTS.has(sent.action) && sent.deployment === undefined) missing.push('deployment');
  if (evidenceOf(sent, false).length === 0) missing.push('evidence');
  return missing;
};

const unknownKeyWords = (key: string, known: readonly string[]): string => {
  const meant = nearest(key, known);
  return meant === undefined ? 'is not a known field' : `is not a known field; did you mean ${meant}?`;
};

const LONGEST_COMPARED = 128;
/** A word that few enough letters differ in to have been meant. */
const nearest = (word: string, words: readonly string[]): string | undefined => {
  if (words.length === 0 || word.length > LONGEST_COMPARED) return undefined;
  const found = closest(word, words);
  return distance(word, found) <= Math.max(1, Math.floor(found.length / 3)) ? found : undefined;
};
