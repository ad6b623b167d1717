// A canonical event as a CloudEvent 1.0 in JSON. Its `data` is the native event, and says so by its `dataschema`: sent to
// a collector again it gives every field back but those that the edge decides (eventId, receivedAt, processedAt, source,
// processing, integrity; timestampSource, where the sender gave no time).
import { nativeFieldsOf } from '../../event/native-fields.ts';
import type { CanonicalEvent } from '../../event/schema.ts';
import { formatInstant, parseInstant } from '../../event/time.ts';
import { fits, type Section, setIf } from './fields.ts';
import { NATIVE_SCHEMA } from './payload.ts';

export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Extension attributes. */
  readonly [name: string]: unknown;
}

export const toCloudEvent = (event: CanonicalEvent): CloudEvent => {
  const { category, timestamp, outcome, severity, correlation } = event;
  const cloudEvent: Section = { specversion: '1.0', ...identityOf(event), type: typeOf(event), time: timestamp };
  setIf(cloudEvent, 'subject', event.object?.id || undefined);
  Object.assign(cloudEvent, { datacontenttype: 'application/json', dataschema: NATIVE_SCHEMA });
  Object.assign(cloudEvent, { category, outcome, severitynumber: severity });
  if (event.actor !== undefined) {
    setIf(cloudEvent, 'authtype', event.actor.type);
    setIf(cloudEvent, 'authid', event.actor.id || undefined);
  }
  setIf(cloudEvent, 'correlationid', correlation.correlationId || undefined);
  setIf(cloudEvent, 'causationid', correlation.causationId || undefined);
  addTrace(cloudEvent, correlation);
  cloudEvent['data'] = dataOf(event);
  return cloudEvent as unknown as CloudEvent;
};

const dataOf = (event: CanonicalEvent): Section => {
  const { tenantId: _, source, ...data } = nativeFieldsOf(event);
  const { type, version } = source as { type?: string; version?: string };
  const told = { ...(type !== undefined && { type }), ...(version !== undefined && { version }) };
  return { ...data, ...(Object.keys(told).length > 0 && { source: told }), timestamp: sentTime(event) };
};

/** What the sender wrote, where it says the same instant by itself. */
const sentTime = ({ timestamp, timestampOriginal: original }: CanonicalEvent): string => {
  if (original === undefined) return timestamp;
  const parsed = parseInstant(original);
  return typeof parsed !== 'string' && formatInstant(parsed.instant) === timestamp ? original : timestamp;
};

const OWN_SOURCE = 'urn:betalogs:collector';
const URI_REFERENCE = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;

/** The sender's own name for the event where that can stand in an envelope: then a re-import is the same event. */
const identityOf = ({ eventId, source }: CanonicalEvent): { id: string; source: string } => {
  const { name, eventId: id } = source;
  return fits(id, 256) && fits(name, 256) && URI_REFERENCE.test(name)
    ? { id, source: name }
    : { id: eventId, source: OWN_SOURCE };
};

const typeOf = ({ category, action, source }: CanonicalEvent): string =>
  source.kind === 'cloudevents' && fits(source.type, 256) ? source.type : `io.betalogs.${category}.${action}`;

const addTrace = (
  cloudEvent: Section,
  { traceId, spanId, traceFlags, traceState }: CanonicalEvent['correlation'],
): void => {
  if (traceId === undefined || spanId === undefined) return;
  const flags = (traceFlags ?? 0).toString(16).padStart(2, '0');
  cloudEvent['traceparent'] = `00-${traceId}-${spanId}-${flags}`;
  setIf(cloudEvent, 'tracestate', traceState || undefined);
};
