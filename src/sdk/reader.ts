import type { BusinessKey } from '../event/business-keys.ts';
import type { Category, OutcomeValue } from '../event/schema.ts';

/** A page is asked for from behind this event, in the order (timestamp, eventId) descending. */
export interface PageKey {
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
  readonly eventId: string;
}

/** What may be asked of a store; every part narrows. Times are nanoseconds since 1970, `since` inclusive, `until` exclusive. */
export interface EventFilter {
  readonly category?: Category;
  readonly action?: string;
  readonly actor?: string;
  /** An object's id, or `type:id`. */
  readonly object?: string;
  readonly outcome?: OutcomeValue;
  /** 32 hex digits, lower case. */
  readonly trace?: string;
  readonly correlation?: string;
  readonly service?: string;
  /** Where the service runs. */
  readonly environment?: string;
  /** Words, all of which must occur; upper and lower case and accents are the same. */
  readonly text?: string;
  readonly sinceNs?: bigint;
  readonly untilNs?: bigint;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: PageKey;
}

/** An event as it was sealed. The text itself, because integers beyond 2^53 do not survive `JSON.parse`. */
export interface StoredLine extends PageKey {
  /** Canonical JSON, without a newline. */
  readonly line: string;
}

/** A line whose event names a correlation in its `links`. */
export interface LinkedLine extends StoredLine {
  /** The link's own `type`, where it has one. */
  readonly linkType?: string;
}

/** `more`: the store holds further events behind the last of these. A page may be shorter than its limit. */
export interface ReadPage<Line extends StoredLine = StoredLine> {
  readonly lines: readonly Line[];
  readonly more: boolean;
}

/**
 * Tenant-scoped reads over one store; an exporter's plugin offers it. Every call names the tenant, and nothing else is
 * ever read. Rejects where the store cannot be read; a store that is not there yet holds nothing.
 */
export interface EventReader {
  /** Events in the order (timestamp, eventId) descending. */
  query(tenant: string, filter: EventFilter, page: PageRequest): Promise<ReadPage>;
  event(tenant: string, eventId: string): Promise<StoredLine | undefined>;
  /** Events whose links name the correlation id, each once, in the same order. */
  linkedTo(tenant: string, correlationId: string, page: PageRequest): Promise<ReadPage<LinkedLine>>;
  /** Events that carry the business key, whatever their group, in the same order. `sessionId` finds a session's too. */
  carrying(tenant: string, key: BusinessKey, page: PageRequest): Promise<ReadPage>;
  /** How many events carry it; what is above `limit` is not counted. */
  countCarrying(tenant: string, key: BusinessKey, limit: number): Promise<number>;
  close(): Promise<void>;
}
