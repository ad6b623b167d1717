// The parameters by which dead letters are named, in the URL, in a body and on the command line.
import { DEAD_LETTER_STAGES, type DeadLetterFilter } from '../dead-letters.ts';
import type { EventError } from '../outcome.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, toTimeNs, type ParseQueryOptions, type QueryFault } from './parse-query.ts';

export const DEAD_LETTER_PARAMETERS = ['tenant', 'stage', 'code', 'component', 'since', 'until', 'limit'] as const;
export type DeadLetterParameter = (typeof DEAD_LETTER_PARAMETERS)[number];

export interface ParsedDeadLetterQuery {
  /** Whether the question may name its tenant is for the caller to decide. */
  readonly filter: DeadLetterFilter;
  readonly limit: number;
}

type Draft = { -readonly [Key in keyof DeadLetterFilter]: DeadLetterFilter[Key] } & { limit?: number };
/** Sets one parameter; text is what is wrong with its value. */
type Reader = (draft: Draft, value: string, options: ParseQueryOptions) => string | undefined;

const MAX_VALUE_CHARS = 256;
const NS_PER_MS = 1_000_000n;

const asText =
  (key: 'tenant' | 'code' | 'component'): Reader =>
  (draft, value) => {
    if (value === '' || value.length > MAX_VALUE_CHARS) return `expected 1 to ${MAX_VALUE_CHARS} characters`;
    draft[key] = value;
    return undefined;
  };
const asTime =
  (key: 'sinceMs' | 'untilMs'): Reader =>
  (draft, value, options) => {
    const ns = toTimeNs(value, options);
    if (ns === undefined) return 'expected a time in RFC 3339, or since 1970 in s, ms, µs or ns';
    draft[key] = Number(ns / NS_PER_MS);
    return undefined;
  };

const READERS: Readonly<Record<DeadLetterParameter, Reader>> = {
  tenant: asText('tenant'),
  code: asText('code'),
  component: asText('component'),
  stage: (draft, value) => {
    const stage = DEAD_LETTER_STAGES.find((one) => one === value);
    if (stage === undefined) return `expected one of ${DEAD_LETTER_STAGES.join(', ')}`;
    draft.stage = stage;
    return undefined;
  },
  since: asTime('sinceMs'),
  until: asTime('untilMs'),
  limit: (draft, value) => {
    const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
    if (limit < 1 || limit > MAX_LIMIT) return `expected 1 to ${MAX_LIMIT}`;
    draft.limit = limit;
    return undefined;
  },
};

/** All that is wrong at once, or the question. */
export const parseDeadLetterQuery = (
  parameters: Iterable<readonly [name: string, value: string]>,
  options: ParseQueryOptions = {},
): ParsedDeadLetterQuery | QueryFault => {
  const draft: Draft = {};
  const faults: EventError[] = [];
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    const parameter = DEAD_LETTER_PARAMETERS.find((one) => one === name);
    if (parameter === undefined) {
      const message = `a parameter is unknown; there are ${DEAD_LETTER_PARAMETERS.join(', ')}`;
      faults.push({ code: 'QUERY_PARAMETER_UNKNOWN', path: '', message });
      continue;
    }
    const message = seen.has(name) ? 'is given twice' : READERS[parameter](draft, value, options);
    seen.add(name);
    if (message !== undefined) faults.push({ code: 'QUERY_PARAMETER_INVALID', path: `/${name}`, message });
  }
  const { limit = DEFAULT_LIMIT, ...filter } = draft;
  return faults.length > 0 ? { faults } : { filter, limit };
};
