// The events of a business key, each key read once for one answer and never beyond its bounds.
import { groupOfKey, primaryGroupsOf, type BusinessKey } from '../event/business-keys.ts';
import type { EventReader, PageKey } from '../sdk/index.ts';
import { placedRecordOf, type PlacedRecord } from './record.ts';
import { MAX_TIMELINE_CHARS } from './timeline.ts';

/** A key with more events or more processes is a hub: it says nothing about one of them. */
export const MAX_KEY_EVENTS = 10_000;
export const MAX_KEY_PRIMARIES = 256;
const PAGE = 1000;

export interface KeyEvents {
  readonly key: BusinessKey;
  /** The group of what has only this key. */
  readonly correlationId: string;
  /** Newest first; none of a hub. */
  readonly records: readonly PlacedRecord[];
  readonly isHub: boolean;
  /** There was no room left for its events. */
  readonly isCut: boolean;
}

export type ReadKey = (key: BusinessKey) => Promise<KeyEvents>;

/** `readKey` for one answer: all keys together share the room of a timeline. */
export const createKeyReader = (reader: EventReader, tenant: string, maxChars = MAX_TIMELINE_CHARS): ReadKey => {
  const known = new Map<string, Promise<KeyEvents>>();
  let room = maxChars;

  const read = async (key: BusinessKey): Promise<KeyEvents> => {
    const found = { key, correlationId: groupOfKey(tenant, key), records: [], isHub: false, isCut: false };
    if (room <= 0) return { ...found, isCut: true };
    if ((await reader.countCarrying(tenant, key, MAX_KEY_EVENTS + 1)) > MAX_KEY_EVENTS)
      return { ...found, isHub: true };
    const records: PlacedRecord[] = [];
    const primaries = new Set<string>();
    for (let after: PageKey | undefined; ; after = records.at(-1)!.at) {
      const page = await reader.carrying(tenant, key, { limit: PAGE, ...(after !== undefined && { after }) });
      for (const line of page.lines) {
        const placed = placedRecordOf(tenant, line);
        for (const group of primaryGroupsOf(placed.record.event)) primaries.add(group);
        records.push(placed);
        room -= line.line.length;
      }
      if (primaries.size > MAX_KEY_PRIMARIES) return { ...found, isHub: true };
      if (room <= 0 && page.more) return { ...found, records, isCut: true };
      if (!page.more || page.lines.length === 0) return { ...found, records };
    }
  };

  return (key) => {
    const name = nameOfKey(key);
    const before = known.get(name);
    if (before !== undefined) return before;
    const reading = read(key);
    known.set(name, reading);
    return reading;
  };
};

export const nameOfKey = ({ type, value }: BusinessKey): string => `${type}\0${value}`;
