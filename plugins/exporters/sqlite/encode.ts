// One sealed line to one row. Pure; the line is parsed here and nowhere else.
import { SECONDARY_KEYS, SESSION_KEY, sessionOf } from '../../../src/event/business-keys.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { parseInstant } from '../../../src/event/time.ts';
import { indexText } from './words.ts';

type Nullable = string | null;

export interface KeyRow {
  readonly type: string;
  readonly value: string;
  readonly role: 'primary' | 'secondary';
}
export interface LinkRow {
  readonly correlationId: string;
  readonly type: Nullable;
}
export interface EventRow {
  readonly tenantId: string;
  readonly eventId: string;
  readonly timestampNs: bigint;
  readonly fingerprint: Nullable;
  /** Values in the order of `EVENT_COLUMNS`. */
  readonly values: readonly (string | number | bigint | null)[];
  readonly words: string;
  readonly keys: readonly KeyRow[];
  readonly links: readonly LinkRow[];
}

export const EVENT_COLUMNS = [
  'tenant_id',
  'event_id',
  'ts_ns',
  'received_at',
  'category',
  'action',
  'outcome',
  'severity',
  'actor_id',
  'object_type',
  'object_id',
  'service_name',
  'environment',
  'trace_id',
  'correlation_id',
  'fingerprint',
  'doc',
] as const;

/** Why a line cannot be a row; goes to the dead letters. */
export interface Unstorable {
  readonly code: string;
  readonly message: string;
}

const INVALID: Unstorable = { code: 'line_invalid', message: 'the line is not a canonical event' };

/** Total: what is not a canonical event, which the pipeline never seals, is a value too. */
export const encodeLine = (line: string): EventRow | Unstorable => {
  try {
    return toRow(line, JSON.parse(line) as CanonicalEvent);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return INVALID;
    throw error;
  }
};

const toRow = (line: string, event: CanonicalEvent): EventRow | Unstorable => {
  const timestampNs = toNs(event.timestamp);
  const receivedAt = toNs(event.receivedAt);
  if (timestampNs === undefined || receivedAt === undefined)
    return { code: 'time_out_of_range', message: 'a time is not between the years 1678 and 2261' };
  const fingerprint = event.integrity.fingerprint ?? null;
  return {
    tenantId: event.tenantId,
    eventId: event.eventId,
    timestampNs,
    fingerprint,
    values: [
      event.tenantId,
      event.eventId,
      timestampNs,
      receivedAt,
      event.category,
      event.action,
      event.outcome,
      event.severity,
      event.actor?.id ?? null,
      event.object?.type ?? null,
      event.object?.id ?? null,
      event.service?.name ?? null,
      event.service?.environment ?? null,
      event.correlation.traceId ?? null,
      event.correlation.correlationId,
      fingerprint,
      line,
    ],
    words: indexText(event.tenantId, textsOf(event)),
    keys: keysOf(event),
    links: linksOf(event),
  };
};

export const isUnstorable = (row: EventRow | Unstorable): row is Unstorable => 'message' in row;

const NS_PER_SECOND = 1_000_000_000n;
/** The seconds that fit an int64 of nanoseconds, less one at each end. */
const MAX_SECONDS = 9_223_372_035;

const toNs = (text: string): bigint | undefined => {
  const parsed = parseInstant(text);
  if (typeof parsed === 'string' || Math.abs(parsed.instant.seconds) > MAX_SECONDS) return undefined;
  return BigInt(parsed.instant.seconds) * NS_PER_SECOND + BigInt(parsed.instant.nanos);
};

const SECONDARY = new Set(SECONDARY_KEYS);
const NO_KEYS: readonly KeyRow[] = [];
const keysOf = (event: CanonicalEvent): readonly KeyRow[] => {
  const { businessKeys, method } = event.correlation;
  const session = sessionOf(event);
  if (businessKeys === undefined && session === undefined) return NO_KEYS;
  const rows = Object.entries(businessKeys ?? {}).map(([type, value]): KeyRow => ({
    type,
    value,
    // An event that is grouped by a secondary key has no primary one.
    role: method === 'secondary_key' || SECONDARY.has(type) ? 'secondary' : 'primary',
  }));
  if (session !== undefined) rows.push({ type: SESSION_KEY, value: session, role: 'secondary' });
  return rows;
};

const NO_LINKS: readonly LinkRow[] = [];
const linksOf = ({ correlation: { links } }: CanonicalEvent): readonly LinkRow[] => {
  if (links === undefined) return NO_LINKS;
  return links.map(({ correlationId, type }) => ({ correlationId, type: type ?? null }));
};

const textsOf = (event: CanonicalEvent): readonly string[] => {
  const { action, description, error, actor, object, service, data, attributes } = event;
  const texts = [action];
  const typed = [description, error?.message, actor?.id, actor?.name, object?.id, object?.name, service?.name];
  for (const text of typed) if (text !== undefined) texts.push(text);
  addLeaves(data, texts);
  addLeaves(attributes, texts);
  return texts;
};

/** String leaves in document order; the schema bounds their depth and number. */
const addLeaves = (value: unknown, texts: string[]): void => {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null) {
    for (const key in value) addLeaves((value as Readonly<Record<string, unknown>>)[key], texts);
  }
};
