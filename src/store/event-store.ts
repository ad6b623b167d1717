import type {
  Correlation,
  CursorRefused,
  EventPage,
  EventQueries,
  EventReader,
  EventRecord,
  KeyRing,
  QueryRequest,
  Timeline,
} from '../sdk/index.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { readCorrelation } from './correlation.ts';
import { recordOf } from './record.ts';
import { gather } from './timeline.ts';

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

  correlation(tenant: string, correlationId: string): Promise<Correlation | undefined> {
    return readCorrelation(this.#reader, tenant, correlationId);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

export const createEventStore = (options: EventStoreOptions): EventQueries => new EventStore(options);
