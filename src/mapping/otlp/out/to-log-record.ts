// A canonical event to a LogRecord, from which `mapLog` makes the same event again (EVENTS.md 9). A field that the
// semantic conventions know stands under their name, any other under `activity.<path>`; the payload is the body.
import type { CanonicalEvent } from '../../../event/schema.ts';
import { formatInstant, parseInstant, type Instant } from '../../../event/time.ts';
import { actionOf } from '../action-name.ts';
import { anyValueOf, type AnyValue, type KeyValue, keyValuesOf } from './any-value.ts';
import { nanosText } from '../nanos.ts';
import { nativeKeyOf } from '../native-path.ts';
import { isMap } from '../sections.ts';
import { severityTextOf } from '../severity.ts';
import { type OtlpScopeJson, sortAttributes } from './sort-attributes.ts';
import { serviceAttribute } from '../surroundings.ts';

/** A record, and what OTLP says once for many of them. */
export interface LogRecordJson {
  readonly resource: readonly KeyValue[];
  readonly scope: OtlpScopeJson;
  readonly record: Readonly<Record<string, unknown>>;
}

type Add = (key: string, value: unknown) => void;

export const toLogRecord = (event: CanonicalEvent): LogRecordJson => {
  const attributes: KeyValue[] = [];
  const add: Add = (key, value) => attributes.push({ key, value: anyValueOf(value) });
  const { resource, scope, flat } = sortAttributes(event);
  // With it, a record that is sent again, in whatever batch, is the same event.
  add('event.id', event.eventId);
  const head = { ...timeOf(event, add), ...nameOf(event, add), ...traceOf(event, add) };
  addFields(event, add);
  const service = serviceOf(event, add);
  attributes.push(...keyValuesOf(flat));
  return {
    resource: [...service, ...keyValuesOf(resource)],
    scope,
    record: { ...head, attributes, ...bodyOf(event) },
  };
};

const bodyOf = ({ data }: CanonicalEvent): { body?: AnyValue } =>
  data === undefined ? {} : { body: anyValueOf(data) };

const MAX_SECONDS = 18_446_744_072;
/** OTLP counts from 1970, in 64 bits, and 0 says nothing. */
const isInRange = ({ seconds, nanos }: Instant): boolean =>
  seconds >= 0 && seconds <= MAX_SECONDS && (seconds > 0 || nanos > 0);

const instantOf = (text: string): Instant | undefined => {
  const parsed = parseInstant(text);
  return typeof parsed === 'object' && isInRange(parsed.instant) ? parsed.instant : undefined;
};

const timeOf = (event: CanonicalEvent, add: Add): Record<string, unknown> => {
  const { timestamp, timestampOriginal, timestampSource, receivedAt } = event;
  const instant = instantOf(timestamp);
  const received = instantOf(receivedAt);
  if (instant === undefined || formatInstant(instant) !== timestamp) add('activity.timestamp', timestamp);
  if (timestampOriginal !== undefined) add('activity.timestamp_original', timestampOriginal);
  if (timestampSource !== 'event') add('activity.timestamp_source', timestampSource);
  return {
    ...(instant !== undefined && { timeUnixNano: nanosText(instant) }),
    ...(received !== undefined && { observedTimeUnixNano: nanosText(received) }),
  };
};

/** A registered action cannot be told from a foreign name by its looks: it is named in full. */
const nameOf = ({ category, action, severity }: CanonicalEvent, add: Add): Record<string, unknown> => {
  const eventName = `${category}.${action}`;
  const read = actionOf(eventName);
  if (read.action !== action || read.category !== category) {
    add('activity.category', category);
    add('activity.action', action);
  }
  return { severityNumber: severity, severityText: severityTextOf(severity), eventName };
};

const traceOf = ({ correlation }: CanonicalEvent, add: Add): Record<string, unknown> => {
  const { correlationId, method, traceId, spanId, traceFlags, confidence: _, ...others } = correlation;
  if (method === 'explicit') add(nativeKeyOf(['correlation', 'correlationId']), correlationId);
  addMap(others, ['correlation'], add);
  if (traceId === undefined) {
    addMap({ spanId, traceFlags }, ['correlation'], add);
    return {};
  }
  // Flags of 0 are none on the wire.
  if (traceFlags === 0) addMap({ traceFlags }, ['correlation'], add);
  return { traceId, ...(spanId !== undefined && { spanId }), ...(traceFlags !== undefined && { flags: traceFlags }) };
};

const FIELDS = [
  'outcome',
  'outcomeReason',
  'outcomeCode',
  'actionType',
  'description',
  'actor',
  'object',
  'objects',
  'changes',
  'request',
  'error',
  'github',
  'deployment',
  'evidence',
  'security',
] as const;

const addFields = (event: CanonicalEvent, add: Add): void => {
  for (const field of FIELDS) addField(event[field], [field], add);
};

/** The semantic conventions' names, by our paths. */
const CONVENTIONS: ReadonlyMap<string, string> = new Map([
  ['actor.id', 'user.id'],
  ['actor.name', 'user.name'],
  ['actor.email', 'user.email'],
  ['actor.roles', 'user.roles'],
  ['actor.ip', 'client.address'],
  ['actor.userAgent', 'user_agent.original'],
  ['object.type', 'object.type'],
  ['object.id', 'object.id'],
  ['object.name', 'object.name'],
  ['object.url', 'object.url'],
  ['object.parent', 'object.parent'],
  ['object.version', 'object.version'],
  ['request.id', 'http.request.id'],
  ['request.method', 'http.request.method'],
  ['request.path', 'url.path'],
  ['request.statusCode', 'http.response.status_code'],
  ['error.type', 'exception.type'],
  ['error.message', 'exception.message'],
  ['error.stack', 'exception.stacktrace'],
  ['correlation.sessionId', 'session.id'],
]);

const addField = (value: unknown, path: readonly string[], add: Add): void => {
  if (value === undefined) return;
  if (isMap(value) && unfolds(value, path)) addMap(value, path, add);
  // An empty text says nothing under a convention's name.
  else add((value === '' ? undefined : CONVENTIONS.get(path.join('.'))) ?? nativeKeyOf(path), value);
};

const addMap = (map: object, path: readonly string[], add: Add): void => {
  for (const [key, value] of Object.entries(map)) addField(value, [...path, key], add);
};

const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/;
const MAX_SEGMENTS = 4;

/** A map of our own field names is written field by field; an empty one, or one of other keys, as it is. */
const unfolds = (map: object, path: readonly string[]): boolean => {
  const keys = Object.keys(map);
  if (keys.length === 0 || path.length === MAX_SEGMENTS) return false;
  return keys.every((key) => (path[1] === 'businessKeys' ? key !== '' : FIELD_NAME.test(key)));
};

/** Many readers want a service name: an event without a service says that by an attribute of its own. */
const serviceOf = ({ service }: CanonicalEvent, add: Add): KeyValue[] => {
  if (service === undefined) {
    add('activity.service', null);
    return [{ key: 'service.name', value: anyValueOf('unknown_service') }];
  }
  const named: KeyValue[] = [];
  for (const [field, value] of Object.entries(service)) {
    const key = serviceAttribute(field);
    if (key !== undefined && value !== '') named.push({ key, value: anyValueOf(value) });
    else addField(value, ['service', field], add);
  }
  return named;
};
