// OTLP's JSON encoding: ids are hex, 64-bit integers are texts, bytes are base64, and what is not known is ignored.
import {
  readAttributes,
  readBytes,
  readInstant,
  readInteger,
  readList,
  readObject,
  readText,
  readValue,
} from './decode-json-value.ts';
import {
  type DecodedRequest,
  MalformedError,
  newLink,
  newLog,
  newResource,
  newScope,
  newSpan,
  newSpanEvent,
  ContentError,
  orRefused,
  type OtlpLink,
  type OtlpLog,
  type OtlpResource,
  type OtlpScope,
  type OtlpSpan,
  type OtlpSpanEvent,
  presentId,
  type RecordGroup,
  type Signal,
} from './request.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Throws MalformedError where the value is not such a request. */
export const decodeJson = (signal: Signal, value: unknown): DecodedRequest => {
  try {
    return signal === 'logs'
      ? { signal, groups: readGroups(value, 'resourceLogs', 'scopeLogs', 'logRecords', readLog) }
      : { signal, groups: readGroups(value, 'resourceSpans', 'scopeSpans', 'spans', readSpan) };
  } catch (error) {
    if (error instanceof ContentError) throw new MalformedError(error.message, { cause: error });
    throw error;
  }
};

const readGroups = <R>(
  request: unknown,
  resources: string,
  scopes: string,
  records: string,
  readRecord: (fields: Fields) => R,
): RecordGroup<R>[] =>
  readList(readObject(request)[resources], resources).flatMap((entry) => {
    const ofResource = readObject(entry, resources);
    const resource = orRefused(() => readResource(ofResource['resource']));
    return readList(ofResource[scopes], scopes).map((part) => {
      const ofScope = readObject(part, scopes);
      return {
        resource,
        scope: orRefused(() => readScope(ofScope['scope'])),
        records: readList(ofScope[records], records).map((record) =>
          orRefused(() => readRecord(readObject(record, records))),
        ),
      };
    });
  });

const readResource = (value: unknown): OtlpResource => {
  if (value === undefined || value === null) return newResource();
  const fields = readObject(value, 'resource');
  return {
    attributes: readAttributes(fields['attributes']),
    droppedAttributesCount: readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount'),
  };
};

const readScope = (value: unknown): OtlpScope => {
  if (value === undefined || value === null) return newScope();
  const fields = readObject(value, 'scope');
  return {
    name: readText(fields['name'], 'scope/name'),
    version: readText(fields['version'], 'scope/version'),
    attributes: readAttributes(fields['attributes']),
    droppedAttributesCount: readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount'),
  };
};

const namesOf = (prefix: string, names: readonly string[]): ReadonlyMap<unknown, number> =>
  new Map(names.map((name, i) => [prefix + name, i]));
const SPAN_KINDS = namesOf('SPAN_KIND_', ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']);
const STATUS_CODES = namesOf('STATUS_CODE_', ['UNSET', 'OK', 'ERROR']);
const SEVERITIES = namesOf('SEVERITY_NUMBER_', [
  'UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]),
]);

/** OTLP says numbers; senders that use protobuf's own JSON write names. */
const readEnum = (value: unknown, names: ReadonlyMap<unknown, number>, path: string): number =>
  names.get(value) ?? readInteger(value, path);

const readLog = (fields: Fields): OtlpLog => {
  const log = newLog(0);
  log.time = readInstant(fields['timeUnixNano'], 'timeUnixNano');
  log.observed = readInstant(fields['observedTimeUnixNano'], 'observedTimeUnixNano');
  log.severityNumber = readEnum(fields['severityNumber'], SEVERITIES, 'severityNumber');
  log.severityText = readText(fields['severityText'], 'severityText');
  log.body = fields['body'] === undefined || fields['body'] === null ? undefined : readValue(fields['body'], 0);
  readAttributes(fields['attributes'], log.attributes);
  log.droppedAttributesCount = readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount');
  log.flags = readInteger(fields['flags'], 'flags');
  log.traceId = readId(fields['traceId'], 16, 'traceId', log);
  log.spanId = readId(fields['spanId'], 8, 'spanId', log);
  log.eventName = readText(fields['eventName'], 'eventName');
  return log;
};

const readSpan = (fields: Fields): OtlpSpan => {
  const span = newSpan(0);
  span.traceId = readId(fields['traceId'], 16, 'traceId', span);
  span.spanId = readId(fields['spanId'], 8, 'spanId', span);
  span.parentSpanId = readId(fields['parentSpanId'], 8, 'parentSpanId', span);
  span.traceState = readText(fields['traceState'], 'traceState');
  span.flags = readInteger(fields['flags'], 'flags');
  span.name = readText(fields['name'], 'name');
  span.kind = readEnum(fields['kind'], SPAN_KINDS, 'kind');
  span.start = readInstant(fields['startTimeUnixNano'], 'startTimeUnixNano');
  span.end = readInstant(fields['endTimeUnixNano'], 'endTimeUnixNano');
  readAttributes(fields['attributes'], span.attributes);
  span.droppedAttributesCount = readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount');
  for (const event of readList(fields['events'], 'events')) span.events.push(readSpanEvent(event));
  span.droppedEventsCount = readInteger(fields['droppedEventsCount'], 'droppedEventsCount');
  for (const link of readList(fields['links'], 'links')) span.links.push(readLink(link, span));
  span.droppedLinksCount = readInteger(fields['droppedLinksCount'], 'droppedLinksCount');
  readStatus(fields['status'], span);
  return span;
};

const readSpanEvent = (value: unknown): OtlpSpanEvent => {
  const fields = readObject(value, 'events');
  const event = newSpanEvent();
  event.time = readInstant(fields['timeUnixNano'], 'events/timeUnixNano');
  event.name = readText(fields['name'], 'events/name');
  readAttributes(fields['attributes'], event.attributes);
  event.droppedAttributesCount = readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount');
  return event;
};

const readLink = (value: unknown, span: OtlpSpan): OtlpLink => {
  const fields = readObject(value, 'links');
  const link = newLink();
  link.traceId = readId(fields['traceId'], 16, 'links/traceId', span);
  link.spanId = readId(fields['spanId'], 8, 'links/spanId', span);
  link.traceState = readText(fields['traceState'], 'links/traceState');
  readAttributes(fields['attributes'], link.attributes);
  link.droppedAttributesCount = readInteger(fields['droppedAttributesCount'], 'droppedAttributesCount');
  return link;
};

const readStatus = (value: unknown, span: OtlpSpan): void => {
  if (value === undefined || value === null) return;
  const fields = readObject(value, 'status');
  span.statusCode = readEnum(fields['code'], STATUS_CODES, 'status/code');
  span.statusMessage = readText(fields['message'], 'status/message');
};

const HEX = /^(?:[0-9a-fA-F]{2})+$/;

// OTLP says hex; protobuf's own JSON says base64, and some senders follow that. The lengths tell them apart.
const readId = (value: unknown, size: number, path: string, owner: { badId: boolean }): string => {
  const text = readText(value, path);
  if (text === '') return '';
  if (text.length === size * 2 && HEX.test(text)) return presentId(text.toLowerCase());
  const bytes = text.length < size * 2 ? readBytes(text) : undefined;
  if (bytes?.length === size) return presentId(bytes.toString('hex'));
  owner.badId = true;
  return '';
};
