// Filters to SQL. Pure; every value is a parameter, and the text of the statement depends only on which filters are set.
import type { BusinessKey } from '../../../src/event/business-keys.ts';
import type { EventFilter, PageKey, PageRequest } from '../../../src/sdk/index.ts';
import { cleanText } from './clean.ts';
import type { Value } from './connect.ts';
import { quoteName } from './names.ts';

export interface Select {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Collects the values of one statement and gives each its place. */
const createParameters = () => {
  const values: Value[] = [];
  return { values, add: (value: Value): string => `$${values.push(value)}` };
};
type Parameters = ReturnType<typeof createParameters>;

const COLUMNS = { category: 'category', action: 'action', actor: 'actor_id', outcome: 'outcome' } as const;
const MORE_COLUMNS = { trace: 'trace_id', correlation: 'correlation_id' } as const;
const SERVICE_COLUMNS = { service: 'service_name', environment: 'environment' } as const;
const EQUALITIES = Object.entries({ ...COLUMNS, ...MORE_COLUMNS, ...SERVICE_COLUMNS }) as readonly [
  keyof typeof COLUMNS | keyof typeof MORE_COLUMNS | keyof typeof SERVICE_COLUMNS,
  string,
][];

/** What each row of an answer holds, in this order. */
const ROW = 'e.line, e.ts_ns, e.event_id';
/** `occurred_at` is `ts_ns` in whole microseconds: the index gives the one, and few rows are left to sort by the other. */
const orderOf = (table: string): string =>
  `ORDER BY ${table}.occurred_at DESC, ${table}.ts_ns DESC, ${table}.event_id DESC`;

/** Asks for one more than the limit, to know whether there is more. */
export const selectEvents = (schema: string, tenant: string, filter: EventFilter, page: PageRequest): Select => {
  const parameters = createParameters();
  const { add, values } = parameters;
  const conditions = [`e.tenant_id = ${add(tenant)}`];
  for (const [key, column] of EQUALITIES) {
    const value = filter[key];
    if (value !== undefined) conditions.push(`e.${column} = ${add(cleanText(value))}`);
  }
  if (filter.object !== undefined) conditions.push(objectIs(cleanText(filter.object), parameters));
  if (filter.sinceNs !== undefined) conditions.push(boundedBy('e', '>=', filter.sinceNs, parameters));
  if (filter.untilNs !== undefined) conditions.push(boundedBy('e', '<', filter.untilNs, parameters));
  if (page.after !== undefined) conditions.push(behind('e', page.after, parameters));
  if (filter.text !== undefined) conditions.push(holdsWords(schema, tenant, cleanText(filter.text), parameters));
  const sql = `SELECT ${ROW} FROM ${quoteName(schema)}.events e
    WHERE ${conditions.join(' AND ')} ${orderOf('e')} LIMIT ${add(page.limit + 1)}`;
  return { sql, values };
};

/** `order:42` is an id of its own or the id 42 of an order. */
const objectIs = (object: string, { add }: Parameters): string => {
  const whole = add(object);
  const colon = object.indexOf(':');
  if (colon <= 0) return `e.object_id = ${whole}`;
  const [type, id] = [add(object.slice(0, colon)), add(object.slice(colon + 1))];
  return `e.object_id IN (${whole}, ${id}) AND (e.object_id = ${whole} OR e.object_type = ${type})`;
};

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const toInt64 = (ns: bigint): bigint => (ns > INT64_MAX ? INT64_MAX : ns < INT64_MIN ? INT64_MIN : ns);

/** The column that parts the table, for a time in `ts_ns`; rounded down on both sides. */
const atOf = (placeholder: string): string =>
  `(timestamptz 'epoch' + floor(${placeholder}::bigint / 1000.0)::bigint * interval '1 microsecond')`;

const boundedBy = (table: string, operator: '>=' | '<', ns: bigint, { add }: Parameters): string => {
  const at = add(toInt64(ns));
  const coarse = operator === '<' ? '<=' : '>=';
  return `${table}.occurred_at ${coarse} ${atOf(at)} AND ${table}.ts_ns ${operator} ${at}::bigint`;
};

const behind = (table: string, { timestampNs, eventId }: PageKey, { add }: Parameters): string => {
  const at = add(toInt64(timestampNs));
  // A cursor's id may be any text; ids are ASCII in lower case, so that both orders are the same.
  const id = `${table}.event_id::text COLLATE "C"`;
  return `${table}.occurred_at <= ${atOf(at)} AND (${table}.ts_ns, ${id}) < (${at}::bigint, ${add(cleanText(eventId))})`;
};

/** The index is on the same expression; without it, what the other filters leave is read. */
const holdsWords = (schema: string, tenant: string, text: string, { add }: Parameters): string => {
  const functions = quoteName(schema);
  const words = `${functions}.betalogs_words_of(${add(tenant)}, ${add(text)})`;
  return `cardinality(${words}) > 0 AND ${functions}.betalogs_words(e.tenant_id, e.doc) @> ${words}`;
};

/** Where an event of this id is looked for, one after the other: an id alone names no partition. */
export const eventLookups = (schema: string, tenant: string, eventId: string): readonly Select[] => {
  const tables = quoteName(schema);
  const lookup = (condition: string, ...more: Value[]): Select => ({
    sql: `SELECT ${ROW} FROM ${tables}.events e WHERE e.tenant_id = $1 AND e.event_id = $2 AND ${condition} LIMIT 1`,
    values: [tenant, eventId, ...more],
  });
  const minted = mintedAtMs(eventId);
  return [
    lookup(
      `e.occurred_at = (SELECT i.occurred_at FROM ${tables}.event_ids i WHERE i.tenant_id = $1 AND i.event_id = $2)`,
    ),
    ...(minted === undefined
      ? []
      : [
          lookup(
            `e.occurred_at BETWEEN to_timestamp($3) - interval '1 day' AND to_timestamp($3) + interval '1 day'`,
            minted / 1000,
          ),
        ]),
    lookup('true'),
  ];
};

export const isEventId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** A UUIDv7 says when it was made: at the receiver, mostly soon after the event. */
const mintedAtMs = (eventId: string): number | undefined =>
  eventId[14] === '7' ? Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16) : undefined;

export const selectLinked = (schema: string, tenant: string, correlationId: string, page: PageRequest): Select => {
  const parameters = createParameters();
  const { add, values } = parameters;
  const tables = quoteName(schema);
  const conditions = [`l.tenant_id = ${add(tenant)}`, `l.correlation_id = ${add(cleanText(correlationId))}`];
  if (page.after !== undefined) conditions.push(behind('l', page.after, parameters));
  const sql = `SELECT ${ROW}, l.type FROM ${tables}.event_links l
    JOIN ${tables}.events e ON e.tenant_id = l.tenant_id AND e.occurred_at = l.occurred_at AND e.event_id = l.event_id
    WHERE ${conditions.join(' AND ')} ${orderOf('l')} LIMIT ${add(page.limit + 1)}`;
  return { sql, values };
};

export const selectCarrying = (schema: string, tenant: string, key: BusinessKey, page: PageRequest): Select => {
  const parameters = createParameters();
  const { add, values } = parameters;
  const tables = quoteName(schema);
  const conditions = [keyIs(tenant, key, parameters)];
  if (page.after !== undefined) {
    conditions.push(
      behind('e', page.after, parameters),
      `k.occurred_at <= ${atOf(add(toInt64(page.after.timestampNs)))}`,
    );
  }
  const sql = `SELECT ${ROW} FROM ${tables}.event_keys k
    JOIN ${tables}.events e ON e.tenant_id = k.tenant_id AND e.occurred_at = k.occurred_at AND e.event_id = k.event_id
    WHERE ${conditions.join(' AND ')} ORDER BY k.occurred_at DESC, e.ts_ns DESC, e.event_id DESC LIMIT ${add(page.limit + 1)}`;
  return { sql, values };
};

export const countCarrying = (schema: string, tenant: string, key: BusinessKey, limit: number): Select => {
  const parameters = createParameters();
  const { add, values } = parameters;
  const sql = `SELECT count(*) FROM (SELECT FROM ${quoteName(schema)}.event_keys k
    WHERE ${keyIs(tenant, key, parameters)} LIMIT ${add(limit)}) AS carrying`;
  return { sql, values };
};

const keyIs = (tenant: string, { type, value }: BusinessKey, { add }: Parameters): string =>
  `k.tenant_id = ${add(tenant)} AND k.key_type = ${add(cleanText(type))} AND k.key_value = ${add(cleanText(value))}`;
