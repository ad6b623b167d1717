import type { CanonicalEvent } from '../event/schema.ts';
import type {
  Correlation,
  CursorRefused,
  EventPage,
  EventQueries,
  EventReader,
  EventRecord,
  KeyRing,
  LinkedLine,
  QueryRequest,
  StoredLine,
  Timeline,
} from '../sdk/index.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { compareKeys, gather } from './timeline.ts';

/** A store answered with an event of a tenant that did not ask: the answer is not given. A bug, or an attack. */
export class TenantLeakError extends Error {
  constructor() {
    super('the store answered with an event of another tenant; nothing of it is given out');
    this.name = 'TenantLeakError';
  }
}

export interface EventStoreOptions {
  readonly reader: EventReader;
  readonly keys: KeyRing;
}

const CURSOR_INVALID: CursorRefused = {
  code: 'CURSOR_INVALID',
  message: 'the cursor is not of this tenant and query; ask again without it',
};

/** Tenant-scoped reads over whichever store has a reader: signed cursors, timelines, groups. */
export class EventStore implements EventQueries {
  readonly #reader: EventReader;
  readonly #keys: KeyRing;

  constructor({ reader, keys }: EventStoreOptions) {
    this.#reader = reader;
    this.#keys = keys;
  }

  async query({ tenant, filter, limit, cursor }: QueryRequest): Promise<EventPage | CursorRefused> {
    const key = this.#keys.derive('cursor', tenant);
    const after = cursor === undefined ? undefined : readCursor(key, filter, cursor);
    if (cursor !== undefined && after === undefined) return CURSOR_INVALID;
    const { lines, more } = await this.#reader.query(tenant, filter, { limit, ...(after !== undefined && { after }) });
    const last = lines.at(-1);
    return {
      events: lines.map((line) => recordOf(tenant, line)),
      next: more && last !== undefined ? writeCursor(key, filter, last) : null,
    };
  }

  async event(tenant: string, eventId: string): Promise<EventRecord | undefined> {
    const line = await this.#reader.event(tenant, eventId);
    return line && recordOf(tenant, line);
  }

  async trace(tenant: string, traceId: string): Promise<Timeline | undefined> {
    const { lines, truncated } = await gather((page) => this.#reader.query(tenant, { trace: traceId }, page));
    if (lines.length === 0) return undefined;
    return { events: lines.toReversed().map((line) => recordOf(tenant, line)), truncated };
  }

  async correlation(tenant: string, correlationId: string): Promise<Correlation | undefined> {
    const [group, linked] = await Promise.all([
      gather((page) => this.#reader.query(tenant, { correlation: correlationId }, page)),
      gather((page) => this.#reader.linkedTo(tenant, correlationId, page)),
    ]);
    const members = new Set(group.lines.map(({ eventId }) => eventId));
    const others = linked.lines.filter(({ eventId }) => !members.has(eventId));
    if (members.size + others.length === 0) return undefined;
    const records = [
      ...group.lines.map((line) => ({ line, record: recordOf(tenant, line) })),
      ...others.map((line) => ({ line, record: linkedRecordOf(tenant, correlationId, line) })),
    ];
    return {
      events: records.toSorted((a, b) => compareKeys(a.line, b.line)).map(({ record }) => record),
      links: [],
      truncated: group.truncated || linked.truncated,
    };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

export const createEventStore = (options: EventStoreOptions): EventQueries => new EventStore(options);

// The reader has already asked for this tenant alone. This is the second lock, on what was sealed.
const recordOf = (tenant: string, { line }: StoredLine): EventRecord => {
  const event = JSON.parse(line) as CanonicalEvent;
  if (event.tenantId !== tenant) throw new TenantLeakError();
  return { line, event };
};

const linkedRecordOf = (tenant: string, correlationId: string, line: LinkedLine): EventRecord => ({
  ...recordOf(tenant, line),
  linkedBy: { kind: 'link', correlationId, ...(line.linkType !== undefined && { type: line.linkType }) },
});
