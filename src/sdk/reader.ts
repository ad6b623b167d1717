import type { CanonicalEvent, Category, OutcomeValue } from '../event/schema.ts';

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
  readonly trace?: string;
  readonly correlation?: string;
  readonly service?: string;
  /** Words, all of which must occur. */
  readonly text?: string;
  readonly sinceNs?: bigint;
  readonly untilNs?: bigint;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: PageKey;
}

/** Tenant-scoped reads over one store; an exporter's plugin offers it. Every call names the tenant, and nothing else is ever read. */
export interface EventReader {
  /** Events in the order (timestamp, eventId) descending. */
  query(tenant: string, filter: EventFilter, page: PageRequest): Promise<readonly CanonicalEvent[]>;
  event(tenant: string, eventId: string): Promise<CanonicalEvent | undefined>;
  /** Events whose links name the correlation id, oldest first. */
  linkedTo(tenant: string, correlationId: string, limit: number): Promise<readonly CanonicalEvent[]>;
  close(): Promise<void>;
}
