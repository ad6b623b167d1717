// An event's id, final from here on (EVENTS.md 2.1), and the fingerprint by which a second use of an id is found out.
import { createHmac } from 'node:crypto';
import { nameBasedId, uuidv7 } from '../../../src/event/ids.ts';
import { isRawJson } from '../../../src/event/json.ts';
import type { RawEvent, SenderIdentity } from '../../../src/event/raw-event.ts';
import { compareInstants } from '../../../src/event/time.ts';
import type { SentSource } from './source.ts';

/** The name that the sender gave the event, if it gave one. A replayed event keeps the id that it has. */
export const identityOf = (raw: RawEvent, source: SentSource | undefined): SenderIdentity | undefined => {
  if (raw.source.kind === 'replay' && raw.eventId !== undefined) return undefined;
  const id = raw.content['sourceEventId'] ?? source?.eventId;
  return typeof id === 'string' && id !== '' ? { name: source?.name ?? '', id } : raw.identity;
};

export const eventIdOf = (tenant: string, raw: RawEvent, identity: SenderIdentity | undefined): string => {
  if (identity === undefined) return raw.eventId ?? uuidv7(raw.receivedAt);
  return nameBasedId(tenant, identity.name, identity.id, identity.part ?? '');
};

/** The tenant's HMAC over what the sender said: neither the edge's times nor the correlation, which differ in a re-send. */
export const fingerprintOf = (raw: RawEvent, key: Buffer): string => {
  const { correlation: _, ...sent } = raw.content;
  const time =
    raw.instant !== undefined && compareInstants(raw.instant, raw.receivedAt) !== 0 ? raw.instant : undefined;
  const text = stableJson([time?.seconds ?? null, time?.nanos ?? null, sent]);
  return `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;
};

/** JSON that is the same whatever the order of the keys. */
const stableJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(stableJson).join()}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, field]) => `${JSON.stringify(key)}:${stableJson(field)}`).join()}}`;
};
