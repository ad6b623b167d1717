// ExportLogsServiceRequest and ExportTraceServiceRequest by their field numbers. A case is `number << 3 | wire type`;
// whatever matches none is skipped, as protobuf demands.
import {
  type DecodedRequest,
  isRefused,
  newLink,
  newLog,
  newResource,
  newScope,
  newSpan,
  newSpanEvent,
  orRefused,
  type OtlpLink,
  type OtlpLog,
  type OtlpResource,
  type OtlpScope,
  type OtlpSpan,
  type OtlpSpanEvent,
  presentId,
  type RecordGroup,
  type RefusedRecord,
  type Signal,
} from './request.ts';
import { readKeyValue, readValue } from './decode-protobuf-value.ts';
import { WireReader } from './wire.ts';

type ReadRecord<R> = (reader: WireReader, end: number) => R;

/** Throws MalformedError where the bytes are not such a request. */
export const decodeProtobuf = (signal: Signal, bytes: Buffer): DecodedRequest => {
  const reader = new WireReader(bytes);
  return signal === 'logs'
    ? { signal, groups: readRequest(reader, readLog) }
    : { signal, groups: readRequest(reader, readSpan) };
};

const readRequest = <R extends object>(reader: WireReader, readRecord: ReadRecord<R>): RecordGroup<R>[] => {
  const end = reader.bytes.length;
  const groups: RecordGroup<R>[] = [];
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) readResourceRecords(reader, reader.length(end), readRecord, groups);
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return groups;
};

// ResourceLogs and ResourceSpans. The resource may stand behind its records, so it is filled in last.
const readResourceRecords = <R extends object>(
  reader: WireReader,
  end: number,
  readRecord: ReadRecord<R>,
  groups: RecordGroup<R>[],
): void => {
  let resource: OtlpResource | RefusedRecord = newResource();
  const first = groups.length;
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) resource = readGuarded(reader, reader.length(end), readResource);
    else if (tag === 0x12) groups.push(readScopeRecords(reader, reader.length(end), readRecord));
    else reader.skip(tag, end);
  }
  reader.finish(end);
  for (let i = first; i < groups.length; i++) groups[i] = { ...groups[i]!, resource };
};

const NO_RESOURCE = newResource();

const readScopeRecords = <R extends object>(
  reader: WireReader,
  end: number,
  readRecord: ReadRecord<R>,
): RecordGroup<R> => {
  let scope: OtlpScope | RefusedRecord = newScope();
  const records: (R | RefusedRecord)[] = [];
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) scope = readGuarded(reader, reader.length(end), readScope);
    else if (tag === 0x12) records.push(readOne(reader, reader.length(end), readRecord));
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return { resource: NO_RESOURCE, scope, records };
};

const readOne = <R extends object>(reader: WireReader, end: number, readRecord: ReadRecord<R>): R | RefusedRecord => {
  reader.enterRecord(reader.pos, end);
  return readGuarded(reader, end, readRecord);
};

/** A message whose content is at fault is passed over: its length is known, so the next one can be read. */
const readGuarded = <T extends object>(
  reader: WireReader,
  end: number,
  read: (reader: WireReader, end: number) => T,
): T | RefusedRecord => {
  const result = orRefused(() => read(reader, end));
  if (isRefused(result)) reader.pos = end;
  return result;
};

const readResource = (reader: WireReader, end: number): OtlpResource => {
  const resource = newResource();
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) readKeyValue(reader, reader.length(end), resource.attributes);
    else if (tag === 0x10) resource.droppedAttributesCount = reader.varint32();
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return resource;
};

const readScope = (reader: WireReader, end: number): OtlpScope => {
  const scope = newScope();
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) scope.name = reader.string(reader.length(end));
    else if (tag === 0x12) scope.version = reader.string(reader.length(end));
    else if (tag === 0x1a) readKeyValue(reader, reader.length(end), scope.attributes);
    else if (tag === 0x20) scope.droppedAttributesCount = reader.varint32();
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return scope;
};

const readLog = (reader: WireReader, end: number): OtlpLog => {
  const log = newLog(end - reader.pos);
  while (reader.pos < end) readLogField(reader, reader.tag(), end, log);
  reader.finish(end);
  return log;
};

const readLogField = (reader: WireReader, tag: number, end: number, log: OtlpLog): void => {
  switch (tag) {
    case 0x09:
      log.time = reader.instant(end);
      break;
    case 0x10:
      log.severityNumber = reader.varint32() | 0;
      break;
    case 0x1a:
      log.severityText = reader.name(reader.length(end));
      break;
    case 0x2a:
      log.body = readValue(reader, reader.length(end), 0);
      break;
    case 0x32:
      readKeyValue(reader, reader.length(end), log.attributes);
      break;
    case 0x38:
      log.droppedAttributesCount = reader.varint32();
      break;
    case 0x45:
      log.flags = reader.fixed32(end);
      break;
    case 0x4a:
      log.traceId = readId(reader, reader.length(end), 16, log);
      break;
    case 0x52:
      log.spanId = readId(reader, reader.length(end), 8, log);
      break;
    case 0x59:
      log.observed = reader.instant(end);
      break;
    case 0x62:
      log.eventName = reader.name(reader.length(end));
      break;
    default:
      reader.skip(tag, end);
  }
};

const readSpan = (reader: WireReader, end: number): OtlpSpan => {
  const span = newSpan(end - reader.pos);
  while (reader.pos < end) readSpanField(reader, reader.tag(), end, span);
  reader.finish(end);
  return span;
};

const readSpanField = (reader: WireReader, tag: number, end: number, span: OtlpSpan): void => {
  switch (tag) {
    case 0x0a:
      span.traceId = readId(reader, reader.length(end), 16, span);
      break;
    case 0x12:
      span.spanId = readId(reader, reader.length(end), 8, span);
      break;
    case 0x1a:
      span.traceState = reader.string(reader.length(end));
      break;
    case 0x22:
      span.parentSpanId = readId(reader, reader.length(end), 8, span);
      break;
    case 0x2a:
      span.name = reader.name(reader.length(end));
      break;
    case 0x30:
      span.kind = reader.varint32() | 0;
      break;
    case 0x39:
      span.start = reader.instant(end);
      break;
    case 0x41:
      span.end = reader.instant(end);
      break;
    case 0x4a:
      readKeyValue(reader, reader.length(end), span.attributes);
      break;
    case 0x50:
      span.droppedAttributesCount = reader.varint32();
      break;
    case 0x5a:
      span.events.push(readSpanEvent(reader, reader.length(end)));
      break;
    case 0x60:
      span.droppedEventsCount = reader.varint32();
      break;
    case 0x6a:
      span.links.push(readLink(reader, reader.length(end), span));
      break;
    case 0x70:
      span.droppedLinksCount = reader.varint32();
      break;
    case 0x7a:
      readStatus(reader, reader.length(end), span);
      break;
    case 0x85:
      span.flags = reader.fixed32(end);
      break;
    default:
      reader.skip(tag, end);
  }
};

const readSpanEvent = (reader: WireReader, end: number): OtlpSpanEvent => {
  const event = newSpanEvent();
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x09) event.time = reader.instant(end);
    else if (tag === 0x12) event.name = reader.name(reader.length(end));
    else if (tag === 0x1a) readKeyValue(reader, reader.length(end), event.attributes);
    else if (tag === 0x20) event.droppedAttributesCount = reader.varint32();
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return event;
};

const readLink = (reader: WireReader, end: number, span: OtlpSpan): OtlpLink => {
  const link = newLink();
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x0a) link.traceId = readId(reader, reader.length(end), 16, span);
    else if (tag === 0x12) link.spanId = readId(reader, reader.length(end), 8, span);
    else if (tag === 0x1a) link.traceState = reader.string(reader.length(end));
    else if (tag === 0x22) readKeyValue(reader, reader.length(end), link.attributes);
    else if (tag === 0x28) link.droppedAttributesCount = reader.varint32();
    else reader.skip(tag, end);
  }
  reader.finish(end);
  return link;
};

const readStatus = (reader: WireReader, end: number, span: OtlpSpan): void => {
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 0x12) span.statusMessage = reader.string(reader.length(end));
    else if (tag === 0x18) span.statusCode = reader.varint32() | 0;
    else reader.skip(tag, end);
  }
  reader.finish(end);
};

const readId = (reader: WireReader, end: number, size: number, owner: { badId: boolean }): string => {
  const length = end - reader.pos;
  if (length === size) return presentId(reader.hex(end));
  if (length !== 0) owner.badId = true;
  reader.pos = end;
  return '';
};
