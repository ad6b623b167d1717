// Whose a secondary key is. Read off the events themselves, which say what their policy made of their keys.
import { groupOfKey, NEVER_KEYS, primaryGroupsOf, SECONDARY_KEYS, type BusinessKey } from '../event/business-keys.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import { nameOfKey, type KeyEvents, type ReadKey } from './key-events.ts';

const SECONDARY = new Set(SECONDARY_KEYS);
const NEVER = new Set(NEVER_KEYS);

export type Keys = ReadonlyMap<string, BusinessKey>;

/** The keys of these events that are not primary in them; which of them make groups, their own events tell. */
export const otherKeysOf = (events: Iterable<CanonicalEvent>): Keys => {
  const keys = new Map<string, BusinessKey>();
  for (const event of events) {
    const primary = new Set(primaryGroupsOf(event));
    for (const [type, value] of Object.entries(event.correlation.businessKeys ?? {})) {
      const key = { type, value };
      if (NEVER.has(type) || keys.has(nameOfKey(key))) continue;
      if (primary.size === 0 || !primary.has(groupOfKey(event.tenantId, key))) keys.set(nameOfKey(key), key);
    }
  }
  return keys;
};

/** It is one of everybody's secondary keys, or the tenant's policy has made a group of it. */
export const isSecondary = ({ key, correlationId, records }: KeyEvents): boolean =>
  SECONDARY.has(key.type) ||
  records.some(
    ({ record: { event } }) =>
      event.correlation.method === 'secondary_key' && event.correlation.correlationId === correlationId,
  );

/** A package is a package of whatever lies in it: it is shown, and never says whose the rest is. */
export const isPackage = ({ type }: BusinessKey): boolean => type === 'packageId';

/** What counts as the asked group's own: itself, and the processes that its events name. */
export interface Own {
  readonly correlationId: string;
  readonly primaries: ReadonlySet<string>;
  /** The keys that its events carry. */
  readonly keys: Keys;
}

const MAX_NEIGHBOURS = 32;

/** The key belongs to no process but the asked one: neither does its event, nor what else lies in that event's group. */
export const isExclusive = async (found: KeyEvents, own: Own, readKey: ReadKey): Promise<boolean> => {
  if (found.isHub || found.isCut || isForeign(found, own)) return false;
  const neighbours = neighboursOf(found, own);
  if (neighbours.length > MAX_NEIGHBOURS) return false;
  for (const key of neighbours) {
    const neighbour = await readKey(key);
    if (neighbour.isHub || neighbour.isCut || isForeign(neighbour, own)) return false;
  }
  return true;
};

const isForeign = ({ records }: KeyEvents, own: Own): boolean =>
  records.some(({ record: { event } }) => !names(event, own) && ownersOf(event).some((id) => !own.primaries.has(id)));

const names = ({ correlation }: CanonicalEvent, { correlationId }: Own): boolean =>
  correlation.correlationId === correlationId ||
  (correlation.links ?? []).some((link) => link.correlationId === correlationId);

/** The processes to which an event says that its things belong. A request is a step of one, and owns nothing. */
const ownersOf = (event: CanonicalEvent): readonly string[] => {
  const requestId = event.correlation.businessKeys?.['requestId'];
  const groups = primaryGroupsOf(event);
  if (requestId === undefined || groups.length === 0) return groups;
  const request = groupOfKey(event.tenantId, { type: 'requestId', value: requestId });
  return groups.filter((group) => group !== request);
};

/** Keys in whose groups events of this key stand, other than the asked group's own: a shipment's items. */
const neighboursOf = ({ records, correlationId }: KeyEvents, own: Own): readonly BusinessKey[] => {
  const neighbours = new Map<string, BusinessKey>();
  for (const { record } of records) {
    const { correlation, tenantId } = record.event;
    if (correlation.method !== 'secondary_key' || correlation.correlationId === correlationId) continue;
    for (const [type, value] of Object.entries(correlation.businessKeys ?? {})) {
      const key = { type, value };
      if (own.keys.has(nameOfKey(key)) || groupOfKey(tenantId, key) !== correlation.correlationId) continue;
      neighbours.set(nameOfKey(key), key);
    }
  }
  return [...neighbours.values()];
};
