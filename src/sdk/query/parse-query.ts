// The parameters of a query, by their names in the URL and on the command line, to what a store is asked.
import { closest, distance } from 'fastest-levenshtein';
import { CATEGORIES, OUTCOMES } from '../../event/schema.ts';
import { parseInstant } from '../../event/time.ts';
import type { Instant } from '../../event/time.ts';
import type { EventError } from '../outcome.ts';
import type { EventFilter } from '../reader.ts';

export const MAX_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;
const MAX_VALUE_CHARS = 512;
const MAX_CURSOR_CHARS = 1024;

export const QUERY_PARAMETERS = [
  'tenant',
  'category',
  'action',
  'actor',
  'object',
  'outcome',
  'trace',
  'correlation',
  'service',
  'text',
  'since',
  'until',
  'limit',
  'cursor',
] as const;
export type QueryParameter = (typeof QUERY_PARAMETERS)[number];

export interface ParsedQuery {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly cursor?: string;
  /** The tenant that the question names; whether it may is for the caller to decide. */
  readonly tenant?: string;
}
/** What is wrong with a question. The messages hold no value of it. */
export interface QueryFault {
  readonly faults: readonly EventError[];
}
export const isQueryFault = (query: object): query is QueryFault => 'faults' in query;

/** With `now`, `since` and `until` also take `15m`, `2h`, `7d`: that long ago. */
export interface ParseQueryOptions {
  readonly now?: Instant;
}

interface Draft {
  filter: { -readonly [Key in keyof EventFilter]: EventFilter[Key] };
  limit: number;
  cursor?: string;
  tenant?: string;
}

/** Sets one parameter; text is what is wrong with its value. */
type Reader = (draft: Draft, value: string, options: ParseQueryOptions) => string | undefined;

const asText =
  (key: 'action' | 'actor' | 'object' | 'correlation' | 'service'): Reader =>
  (draft, value) => {
    if (value === '' || value.length > MAX_VALUE_CHARS) return `expected 1 to ${MAX_VALUE_CHARS} characters`;
    draft.filter[key] = value;
    return undefined;
  };

const oneOf = <Key extends 'category' | 'outcome'>(key: Key, allowed: readonly EventFilter[Key][]): Reader => {
  return (draft, value) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) return `expected one of ${allowed.join(', ')}`;
    draft.filter[key] = found;
    return undefined;
  };
};

const asTime =
  (key: 'sinceNs' | 'untilNs'): Reader =>
  (draft, value, options) => {
    const ns = toTimeNs(value, options);
    if (ns === undefined) return options.now === undefined ? `expected ${TIME}` : `expected ${TIME}, or 15m, 2h, 7d`;
    draft.filter[key] = ns;
    return undefined;
  };
const TIME = 'a time in RFC 3339, or since 1970 in s, ms, µs or ns';

const READERS: Readonly<Record<QueryParameter, Reader>> = {
  tenant: (draft, value) => {
    draft.tenant = value;
    return undefined;
  },
  category: oneOf('category', CATEGORIES),
  action: asText('action'),
  actor: asText('actor'),
  object: asText('object'),
  outcome: oneOf('outcome', OUTCOMES),
  trace: (draft, value) => {
    const trace = toTraceId(value);
    if (trace === undefined) return 'expected 32 hexadecimal digits';
    draft.filter.trace = trace;
    return undefined;
  },
  correlation: asText('correlation'),
  service: asText('service'),
  text: (draft, value) => {
    if (value.length > MAX_VALUE_CHARS || !/[\p{L}\p{N}]/u.test(value)) {
      return `expected words, of at most ${MAX_VALUE_CHARS} characters together`;
    }
    draft.filter.text = value;
    return undefined;
  },
  since: asTime('sinceNs'),
  until: asTime('untilNs'),
  limit: (draft, value) => {
    const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
    if (limit < 1 || limit > MAX_LIMIT) return `expected 1 to ${MAX_LIMIT}`;
    draft.limit = limit;
    return undefined;
  },
  cursor: (draft, value) => {
    if (value === '' || value.length > MAX_CURSOR_CHARS) return 'expected the next of the page before';
    draft.cursor = value;
    return undefined;
  },
};

/** All that is wrong at once, or the question. */
export const parseQuery = (
  parameters: Iterable<readonly [name: string, value: string]>,
  options: ParseQueryOptions = {},
): ParsedQuery | QueryFault => {
  const draft: Draft = { filter: {}, limit: DEFAULT_LIMIT };
  const faults: EventError[] = [];
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    const message = readParameter(draft, name, value, seen, options);
    if (message !== undefined) faults.push(message);
  }
  return faults.length > 0 ? { faults } : draft;
};

const readParameter = (
  draft: Draft,
  name: string,
  value: string,
  seen: Set<string>,
  options: ParseQueryOptions,
): EventError | undefined => {
  if (!isParameter(name)) return { code: 'QUERY_PARAMETER_UNKNOWN', path: '', message: unknownWords(name) };
  const message = seen.has(name) ? 'is given twice' : READERS[name](draft, value, options);
  seen.add(name);
  return message === undefined ? undefined : { code: 'QUERY_PARAMETER_INVALID', path: `/${name}`, message };
};

const isParameter = (name: string): name is QueryParameter => (QUERY_PARAMETERS as readonly string[]).includes(name);

const MAX_TYPOS = 3;
// The name itself is not repeated: it is the sender's text, and a misplaced value may stand there.
const unknownWords = (name: string): string => {
  const nearest = closest(name.slice(0, 32).toLowerCase(), [...QUERY_PARAMETERS]);
  const meant = distance(name.slice(0, 32).toLowerCase(), nearest) <= MAX_TYPOS;
  return meant
    ? `a parameter is unknown; did you mean "${nearest}"?`
    : `a parameter is unknown; there are ${QUERY_PARAMETERS.join(', ')}`;
};

/** 32 hexadecimal digits in lower case; undefined for anything else. */
export const toTraceId = (text: string): string | undefined =>
  /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : undefined;

const NS_PER_SECOND = 1_000_000_000n;
const UNIT_SECONDS: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n, d: 86_400n };

/** RFC 3339, or since 1970; with `now` also `15m` ago. Undefined for anything else. */
export const toTimeNs = (text: string, { now }: ParseQueryOptions): bigint | undefined => {
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null && now !== undefined) {
    return instantNs(now) - BigInt(ago[1]!) * UNIT_SECONDS[ago[2]!]! * NS_PER_SECOND;
  }
  const parsed = parseInstant(text);
  return typeof parsed === 'string' ? undefined : instantNs(parsed.instant);
};

const instantNs = ({ seconds, nanos }: Instant): bigint => BigInt(seconds) * NS_PER_SECOND + BigInt(nanos);
