// Back to what a sender writes: from a canonical event, and from what a mapping made of another format.
import { nameBasedId } from '../../event/ids.ts';
import type { RawEvent, SenderIdentity } from '../../event/raw-event.ts';
import type { CanonicalEvent } from '../../event/schema.ts';
import { formatInstant } from '../../event/time.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Without what the edge adds; sent again, it becomes the same event but for that. */
export const toNative = (event: CanonicalEvent): Fields => {
  const said = Object.fromEntries(Object.entries(event).filter(([key]) => !OF_THE_EDGE.has(key)));
  const { kind: _, ...source } = event.source;
  return {
    ...said,
    correlation: correlationOf(event.correlation),
    source: Object.keys(source).length === 0 ? undefined : source,
  };
};

const OF_THE_EDGE: ReadonlySet<string> = new Set([
  ...['schemaVersion', 'eventId', 'tenantId', 'timestampOriginal', 'timestampSource', 'receivedAt', 'processedAt'],
  ...['processing', 'integrity'],
]);

/** A group that was derived is derived again. */
const correlationOf = (correlation: CanonicalEvent['correlation']): Fields | undefined => {
  const derived = correlation.method === 'explicit' ? DERIVED : DERIVED_GROUP;
  const sent = Object.entries(correlation).filter(([key]) => !derived.has(key));
  return sent.length === 0 ? undefined : Object.fromEntries(sent);
};

const DERIVED: ReadonlySet<string> = new Set(['method', 'confidence']);
const DERIVED_GROUP: ReadonlySet<string> = new Set([...DERIVED, 'correlationId']);

/** What to post for an event that was mapped before it is sent: its identity travels in its fields. */
export const toPosted = (raw: RawEvent): Fields => {
  const { content, instant, warnings } = raw;
  return {
    ...content,
    ...(instant !== undefined && { timestamp: formatInstant(instant) }),
    ...identityOf(raw),
    ...(warnings !== undefined && { attributes: withWarnings(content['attributes'], warnings) }),
  };
};

const sourceOf = (sent: unknown): Fields =>
  typeof sent === 'string' ? { name: sent } : typeof sent === 'object' && sent !== null ? (sent as Fields) : {};

const identityOf = ({ content, identity, eventId, source: { kind } }: RawEvent): Fields => {
  const sent = sourceOf(content['source']);
  const source = kind === 'api' ? sent : { ...sent, kind };
  const named = content['sourceEventId'] !== undefined || sent['eventId'] !== undefined;
  if (named || identity === undefined) {
    const derived = named || eventId === undefined ? {} : { sourceEventId: eventId };
    return { ...derived, ...(Object.keys(source).length > 0 && { source }) };
  }
  const { name } = identity;
  return { sourceEventId: textOf(identity), source: name === '' ? source : { ...source, name } };
};

const MAX_ID_BYTES = 256;

const textOf = ({ id, part }: SenderIdentity): string => {
  const text = part === undefined ? id : `${id}/${part}`;
  return Buffer.byteLength(text) <= MAX_ID_BYTES ? text : nameBasedId(id, part ?? '');
};

/** The collector has no field for another's warnings: told as an attribute, they are not lost. */
const withWarnings = (attributes: unknown, warnings: NonNullable<RawEvent['warnings']>): Fields => ({
  ...(attributes as Fields | undefined),
  'mapping.warnings': warnings.map(({ code, path }) => (path === undefined ? code : `${code} ${path}`)),
});
