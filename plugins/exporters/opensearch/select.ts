// Filters to a search's body. Pure; every value stands in a `term` or a `range`, never in a query string, and the tenant
// is always one of them.
import { SESSION_KEY, type BusinessKey } from '../../../src/event/business-keys.ts';
import type { EventFilter, PageKey, PageRequest } from '../../../src/sdk/index.ts';
import { wordsOf } from './words.ts';

type Clause = Readonly<Record<string, unknown>>;

const FIELDS: readonly (readonly [keyof EventFilter, string])[] = [
  ['category', 'category'],
  ['action', 'action'],
  ['actor', 'actor.id'],
  ['outcome', 'outcome'],
  ['trace', 'correlation.traceId'],
  ['correlation', 'correlation.correlationId'],
  ['service', 'service.name'],
  ['environment', 'service.environment'],
];

const term = (field: string, value: unknown): Clause => ({ term: { [field]: value } });

/** Undefined: nothing can match. */
export const filtersOf = (filter: EventFilter): readonly Clause[] | undefined => {
  const clauses: Clause[] = [];
  for (const [key, field] of FIELDS) if (filter[key] !== undefined) clauses.push(term(field, filter[key]));
  if (filter.object !== undefined) clauses.push(objectIs(filter.object));
  if (filter.sinceNs !== undefined) clauses.push({ range: { _ns: { gte: int64(filter.sinceNs) } } });
  if (filter.untilNs !== undefined) clauses.push({ range: { _ns: { lt: int64(filter.untilNs) } } });
  if (filter.text === undefined) return clauses;
  const words = new Set(wordsOf(filter.text));
  if (words.size === 0) return undefined;
  for (const word of words) clauses.push(term('_words', word));
  return clauses;
};

/** `order:42` is an id of its own or the id 42 of an order. */
const objectIs = (object: string): Clause => {
  const whole = term('object.id', object);
  const colon = object.indexOf(':');
  if (colon <= 0) return whole;
  const parts = [term('object.type', object.slice(0, colon)), term('object.id', object.slice(colon + 1))];
  return anyOf([whole, { bool: { filter: parts } }]);
};

const anyOf = (should: readonly Clause[]): Clause => ({ bool: { should, minimum_should_match: 1 } });

export const linksName = (correlationId: string): readonly Clause[] => [
  term('correlation.links.correlationId', correlationId),
];

/** A session stands in the correlation, else in the actor. */
export const carriesKey = ({ type, value }: BusinessKey): readonly Clause[] => {
  const carried = term(`correlation.businessKeys.${type}`, value);
  if (type !== SESSION_KEY) return [carried];
  const ofActor = {
    bool: { filter: [term('actor.sessionId', value)], must_not: [{ exists: { field: 'correlation.sessionId' } }] },
  };
  return [anyOf([carried, term('correlation.sessionId', value), ofActor])];
};

export const idIs = (eventId: string): readonly Clause[] => [term('eventId', eventId)];

/** One search's body, in the order (timestamp, eventId) descending. */
export const searchBody = (tenant: string, clauses: readonly Clause[], { limit, after }: PageRequest): string =>
  JSON.stringify({
    size: limit,
    track_total_hits: false,
    query: { bool: { filter: [term('tenantId', tenant), ...clauses] } },
    sort: [{ _ns: { order: 'desc', unmapped_type: 'long' } }, { eventId: { order: 'desc', unmapped_type: 'keyword' } }],
    ...(after !== undefined && { search_after: keyOf(after) }),
  });

/** The body of a count. */
export const countBody = (tenant: string, clauses: readonly Clause[]): string =>
  JSON.stringify({ query: { bool: { filter: [term('tenantId', tenant), ...clauses] } } });

const keyOf = ({ timestampNs, eventId }: PageKey): readonly unknown[] => [int64(timestampNs), eventId];

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** All digits of it: no JSON number of JavaScript's holds nanoseconds. */
const int64 = (ns: bigint): unknown =>
  exactJson.rawJSON(String(ns > INT64_MAX ? INT64_MAX : ns < INT64_MIN ? INT64_MIN : ns));
/** In Node 24, not yet in TypeScript's library. */
const exactJson = JSON as unknown as { rawJSON(text: string): unknown };
