// Filters to SQL. Pure; every value is a parameter, and the text of the statement depends only on which filters are set.
import type { BusinessKey } from '../../../src/event/business-keys.ts';
import type { EventFilter, PageKey, PageRequest } from '../../../src/sdk/index.ts';
import { matchText } from './words.ts';

type Value = string | bigint;
export interface Select {
  readonly sql: string;
  readonly values: readonly Value[];
}

interface Condition {
  readonly sql: string;
  readonly values: readonly Value[];
}

const COLUMNS = { category: 'category', action: 'action', actor: 'actor_id', outcome: 'outcome' } as const;
const MORE_COLUMNS = { trace: 'trace_id', correlation: 'correlation_id' } as const;
const SERVICE_COLUMNS = { service: 'service_name', environment: 'environment' } as const;
const EQUALITIES = Object.entries({ ...COLUMNS, ...MORE_COLUMNS, ...SERVICE_COLUMNS }) as readonly [
  keyof EventFilter,
  string,
][];

/** Asks for one more than the limit, to know whether there is more. Undefined: nothing can match. */
export const selectEvents = (tenant: string, filter: EventFilter, page: PageRequest): Select | undefined => {
  const match = filter.text === undefined ? undefined : matchText(tenant, filter.text);
  if (filter.text !== undefined && match === undefined) return undefined;
  const conditions: Condition[] = [{ sql: 'e.tenant_id = ?', values: [tenant] }];
  for (const [key, column] of EQUALITIES) {
    const value = filter[key];
    if (value !== undefined) conditions.push({ sql: `e.${column} = ?`, values: [value] });
  }
  if (filter.object !== undefined) conditions.push(objectIs(filter.object));
  if (filter.sinceNs !== undefined) conditions.push({ sql: 'e.ts_ns >= ?', values: [toInt64(filter.sinceNs)] });
  if (filter.untilNs !== undefined) conditions.push({ sql: 'e.ts_ns < ?', values: [toInt64(filter.untilNs)] });
  if (page.after !== undefined) conditions.push(behind('e', page.after));
  if (match !== undefined)
    conditions.push({ sql: 'e.id IN (SELECT rowid FROM events_text WHERE events_text MATCH ?)', values: [match] });
  return {
    sql: `SELECT e.doc AS line, e.ts_ns AS timestampNs, e.event_id AS eventId FROM events e ${accessPath(filter)}
      WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY e.ts_ns DESC, e.event_id DESC LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), BigInt(page.limit + 1)],
  };
};

// Left to itself SQLite reads the tenant's whole time index to save the sort. The narrowest index that there is keeps its
// rows in order of time as well; words are looked up before the events that hold them.
const ACCESS_PATHS = [
  ['trace', 'INDEXED BY events_by_trace'],
  ['correlation', 'INDEXED BY events_by_correlation'],
  ['object', 'INDEXED BY events_by_object'],
  ['actor', 'INDEXED BY events_by_actor'],
  ['text', 'NOT INDEXED'],
] as const;

const accessPath = (filter: EventFilter): string =>
  ACCESS_PATHS.find(([key]) => filter[key] !== undefined)?.[1] ?? 'INDEXED BY events_by_time';

/** `order:42` is an id of its own or the id 42 of an order. */
const objectIs = (object: string): Condition => {
  const colon = object.indexOf(':');
  if (colon <= 0) return { sql: 'e.object_id = ?', values: [object] };
  return {
    sql: 'e.object_id IN (?, ?) AND (e.object_id = ? OR e.object_type = ?)',
    values: [object, object.slice(colon + 1), object, object.slice(0, colon)],
  };
};

const behind = (table: string, { timestampNs, eventId }: PageKey): Condition => ({
  sql: `(${table}.ts_ns, ${table}.event_id) < (?, ?)`,
  values: [toInt64(timestampNs), eventId],
});

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const toInt64 = (ns: bigint): bigint => (ns > INT64_MAX ? INT64_MAX : ns < INT64_MIN ? INT64_MIN : ns);

export const selectEvent = (tenant: string, eventId: string): Select => ({
  sql: `SELECT doc AS line, ts_ns AS timestampNs, event_id AS eventId FROM events
    WHERE tenant_id = ? AND event_id = ?`,
  values: [tenant, eventId],
});

export const selectLinked = (tenant: string, correlationId: string, page: PageRequest): Select => {
  const after = page.after === undefined ? { sql: 'true', values: [] } : behind('l', page.after);
  return {
    sql: `SELECT e.doc AS line, l.ts_ns AS timestampNs, l.event_id AS eventId, l.type AS linkType
      FROM event_links l JOIN events e ON e.tenant_id = l.tenant_id AND e.event_id = l.event_id
      WHERE l.tenant_id = ? AND l.correlation_id = ? AND ${after.sql}
      ORDER BY l.ts_ns DESC, l.event_id DESC LIMIT ?`,
    values: [tenant, correlationId, ...after.values, BigInt(page.limit + 1)],
  };
};

export const selectCarrying = (tenant: string, { type, value }: BusinessKey, page: PageRequest): Select => {
  const after = page.after === undefined ? { sql: 'true', values: [] } : behind('k', page.after);
  return {
    sql: `SELECT e.doc AS line, k.ts_ns AS timestampNs, k.event_id AS eventId
      FROM event_keys k JOIN events e ON e.tenant_id = k.tenant_id AND e.event_id = k.event_id
      WHERE k.tenant_id = ? AND k.key_type = ? AND k.key_value = ? AND ${after.sql}
      ORDER BY k.ts_ns DESC, k.event_id DESC LIMIT ?`,
    values: [tenant, type, value, ...after.values, BigInt(page.limit + 1)],
  };
};

export const countCarrying = (tenant: string, { type, value }: BusinessKey, limit: number): Select => ({
  sql: `SELECT count(*) AS count FROM
    (SELECT 1 FROM event_keys WHERE tenant_id = ? AND key_type = ? AND key_value = ? LIMIT ?)`,
  values: [tenant, type, value, BigInt(limit)],
});
