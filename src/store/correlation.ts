// A group and one hop of what it is linked to (CORRELATION.md 3): linked, never merged, and bounded everywhere.
import { primaryGroupsOf, SESSION_KEY, sessionOf, type BusinessKey } from '../event/business-keys.ts';
import { nameBasedId } from '../event/ids.ts';
import type { CanonicalEvent } from '../event/schema.ts';
import type { Correlation, EventReader, EventRecord, KeyLink, LinkedBy, LinkedLine } from '../sdk/index.ts';
import { deploymentLinks } from './deployments.ts';
import { createKeyReader, type KeyEvents, type ReadKey } from './key-events.ts';
import { recordOf, placedRecordOf, type PlacedRecord } from './record.ts';
import { isExclusive, isPackage, isSecondary, otherKeysOf, type Keys, type Own } from './secondary-keys.ts';
import { compareKeys, gather, MAX_TIMELINE_EVENTS } from './timeline.ts';

/** Keys that are looked at for one answer, and events that one link shows. */
const MAX_KEYS = 256;
const MAX_SESSIONS = 16;
const MAX_LINK_EVENTS = 100;
/** Keys that are read at once. */
const WIDTH = 8;

export const readCorrelation = async (
  reader: EventReader,
  tenant: string,
  correlationId: string,
): Promise<Correlation | undefined> => {
  const core = await readCore(reader, tenant, correlationId);
  if (core.records.length === 0) return undefined;
  const readKey = createKeyReader(reader, tenant);
  const own = ownOf(correlationId, core.records);
  const keys = await followKeys(own, readKey);
  const answered = merged(core.records, keys.exclusive);
  const [sessions, deployments] = await Promise.all([
    sessionLinks(tenant, core.records, answered, readKey),
    deploymentLinks(reader, tenant, core.records),
  ]);
  const events = [...answered.values()].toSorted((a, b) => compareKeys(a.at, b.at));
  return {
    events: events.slice(-MAX_TIMELINE_EVENTS).map(({ record }) => record),
    links: [...keys.links, ...deployments, ...sessions],
    truncated: core.truncated || keys.truncated || events.length > MAX_TIMELINE_EVENTS,
  };
};

interface Core {
  /** Oldest first. */
  readonly records: readonly PlacedRecord[];
  readonly truncated: boolean;
}

/** The group, and the events whose links name it. */
const readCore = async (reader: EventReader, tenant: string, correlationId: string): Promise<Core> => {
  const [group, linked] = await Promise.all([
    gather((page) => reader.query(tenant, { correlation: correlationId }, page)),
    gather((page) => reader.linkedTo(tenant, correlationId, page)),
  ]);
  const members = new Set(group.lines.map(({ eventId }) => eventId));
  const records = [
    ...group.lines.map((line) => placedRecordOf(tenant, line)),
    ...linked.lines
      .filter(({ eventId }) => !members.has(eventId))
      .map((line) => ({ at: line, record: linkedRecordOf(tenant, correlationId, line) })),
  ];
  return {
    records: records.toSorted((a, b) => compareKeys(a.at, b.at)),
    truncated: group.truncated || linked.truncated,
  };
};

const linkedRecordOf = (tenant: string, correlationId: string, line: LinkedLine): EventRecord => ({
  ...recordOf(tenant, line),
  linkedBy: { kind: 'link', correlationId, ...(line.linkType !== undefined && { type: line.linkType }) },
});

const eventsOf = (records: readonly PlacedRecord[]): readonly CanonicalEvent[] =>
  records.map(({ record }) => record.event);

const ownOf = (correlationId: string, records: readonly PlacedRecord[]): Own => {
  const events = eventsOf(records);
  return {
    correlationId,
    primaries: new Set([correlationId, ...events.flatMap(primaryGroupsOf)]),
    keys: otherKeysOf(events),
  };
};

interface Followed {
  readonly exclusive: readonly KeyEvents[];
  readonly links: readonly KeyLink[];
  readonly truncated: boolean;
}

/** The group's keys that are its own bring their events; the others, and those that only these events carry, are links. */
const followKeys = async (own: Own, readKey: ReadKey): Promise<Followed> => {
  const carried = await readKeys(own.keys, readKey, MAX_KEYS);
  const exclusive: KeyEvents[] = [];
  const shared: KeyEvents[] = [];
  for (const found of carried)
    (!isPackage(found.key) && (await isExclusive(found, own, readKey)) ? exclusive : shared).push(found);
  const beyond = new Map([...keysBeyond(exclusive)].filter(([name]) => !own.keys.has(name)));
  const others = await readKeys(beyond, readKey, Math.max(0, MAX_KEYS - own.keys.size));
  const here = new Set(exclusive.flatMap(({ records }) => records.map(({ at }) => at.eventId)));
  const linked = [...shared, ...others.filter((found) => leadsElsewhere(found, here))];
  return {
    exclusive,
    links: linked.map((found) => keyLinkOf(found, found.records)),
    truncated: own.keys.size + beyond.size > MAX_KEYS || linked.some(({ isCut }) => isCut),
  };
};

const leadsElsewhere = ({ key, isHub, isCut, records }: KeyEvents, here: ReadonlySet<string>): boolean =>
  isPackage(key) || isHub || isCut || records.some(({ at }) => !here.has(at.eventId));

const keysBeyond = (exclusive: readonly KeyEvents[]): Keys =>
  otherKeysOf(exclusive.flatMap(({ records }) => eventsOf(records)));

/** Those of the keys that make groups, with their events. */
const readKeys = async (keys: Keys, readKey: ReadKey, limit: number): Promise<readonly KeyEvents[]> => {
  const wanted: readonly BusinessKey[] = [...keys.values()].slice(0, limit);
  const found: KeyEvents[] = [];
  for (let i = 0; i < wanted.length; i += WIDTH)
    found.push(...(await Promise.all(wanted.slice(i, i + WIDTH).map(readKey))));
  return found.filter(isSecondary);
};

const keyLinkOf = (found: KeyEvents, records: readonly PlacedRecord[]): KeyLink => ({
  type: isPackage(found.key) ? 'package' : 'shared_key',
  key: found.key,
  correlationId: found.correlationId,
  ...(found.isHub && { hub: true }),
  events: records.slice(0, MAX_LINK_EVENTS).map(({ record }) => record),
});

/** Each event once: as the group's own, else as linked to it, else by the first of its keys. */
const merged = (core: readonly PlacedRecord[], exclusive: readonly KeyEvents[]): ReadonlyMap<string, PlacedRecord> => {
  const all = new Map(core.map((placed) => [placed.at.eventId, placed]));
  for (const { key, correlationId, records } of exclusive) {
    const linkedBy: LinkedBy = { kind: 'key', correlationId, ...key };
    for (const { at, record } of records)
      if (!all.has(at.eventId)) all.set(at.eventId, { at, record: { ...record, linkedBy } });
  }
  return all;
};

const isOfSession = ({ category }: CanonicalEvent): boolean => category === 'business' || category === 'security';

/** Business and security events that share a session with one of the group's. */
const sessionLinks = async (
  tenant: string,
  core: readonly PlacedRecord[],
  answered: ReadonlyMap<string, PlacedRecord>,
  readKey: ReadKey,
): Promise<readonly KeyLink[]> => {
  const sessions = new Set(eventsOf(core).filter(isOfSession).map(sessionOf));
  const values = [...sessions].filter((value) => value !== undefined).slice(0, MAX_SESSIONS);
  const found = await Promise.all(values.map((value) => readKey({ type: SESSION_KEY, value })));
  return found
    .map((session): KeyLink => {
      const others = session.records.filter(({ at, record }) => !answered.has(at.eventId) && isOfSession(record.event));
      const correlationId = nameBasedId(tenant, 'session', session.key.value);
      return { ...keyLinkOf(session, others), type: 'same_session', correlationId };
    })
    .filter(({ events, hub }) => events.length > 0 || hub === true);
};
