import type { BusinessKey } from '../../event/business-keys.ts';
import type { CanonicalEvent } from '../../event/schema.ts';
import type { EventFilter } from '../reader.ts';

/** Why an event stands in an answer to which its own group does not bring it. */
export type LinkedBy = LinkedByLink | LinkedByKey;
/** A link of the event names the group. */
export interface LinkedByLink {
  readonly kind: 'link';
  /** The correlation id that the event's link names. */
  readonly correlationId: string;
  /** The link's own type, where it has one. */
  readonly type?: string;
}
/** The event carries a secondary key that the group's events carry too, and that belongs to no other process. */
export interface LinkedByKey {
  readonly kind: 'key';
  /** The key's own group. */
  readonly correlationId: string;
  readonly type: string;
  readonly value: string;
}

/** An event of an answer. `line` is what was sealed; `event` is for reading only, as its integers beyond 2^53 are rounded. */
export interface EventRecord {
  readonly line: string;
  readonly event: CanonicalEvent;
  readonly linkedBy?: LinkedBy;
}

export interface EventPage {
  /** By (timestamp, eventId) descending. */
  readonly events: readonly EventRecord[];
  /** Asks for the next page; null at the end. A page may hold fewer events than its limit and still have a next one. */
  readonly next: string | null;
}

/** The cursor is not of this tenant and query, or not whole. */
export interface CursorRefused {
  readonly code: 'CURSOR_INVALID';
  readonly message: string;
}

/** Events over all categories, oldest first. */
export interface Timeline {
  readonly events: readonly EventRecord[];
  /** True where the group is larger than an answer may be: these are its newest events. */
  readonly truncated: boolean;
}

/** Something that a group is linked to beyond its own events (CORRELATION.md 3): shown, never merged into it. */
export type GroupLink = KeyLink | DeploymentLink;
interface SomeLink {
  /** By (timestamp, eventId) descending, at most 100; in JSON their ids, `eventIds`. */
  readonly events: readonly EventRecord[];
}
export interface KeyLink extends SomeLink {
  /**
   * `package`: it may hold things of several processes. `shared_key`: the key belongs to others as well, or only what
   * is linked here carries it. `same_session`: business and security events of a session of this group.
   */
  readonly type: 'package' | 'shared_key' | 'same_session';
  readonly key: BusinessKey;
  /** The group of what has only this key. */
  readonly correlationId: string;
  /** More than 10,000 events carry the key, or 256 processes: it is named, and its events are not. */
  readonly hub?: true;
}
/** What failed in a service and environment within 30 minutes after it was deployed. */
export interface DeploymentLink extends SomeLink {
  readonly type: 'after_deployment';
  /** The `deploy_completed`. */
  readonly deployEventId: string;
  readonly service: string;
  readonly environment: string;
}
export interface Correlation extends Timeline {
  readonly links: readonly GroupLink[];
}

export interface QueryRequest {
  readonly tenant: string;
  readonly filter: EventFilter;
  /** 1 to 1,000. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/**
 * What may be asked of the events that are stored: one query language over every store. Each call names the tenant, and
 * no other tenant's event is ever in an answer. Rejects where the store cannot be read.
 */
export interface EventQueries {
  query(request: QueryRequest): Promise<EventPage | CursorRefused>;
  /** Undefined: this tenant has no such event. */
  event(tenant: string, eventId: string): Promise<EventRecord | undefined>;
  /** Undefined: this tenant has no event of this trace. */
  trace(tenant: string, traceId: string): Promise<Timeline | undefined>;
  /**
   * The group, the events whose links name it and those of keys that are its own; beside them what it is linked to.
   * Undefined: this tenant has neither a group of this id nor a link to one.
   */
  correlation(tenant: string, correlationId: string): Promise<Correlation | undefined>;
  close(): Promise<void>;
}

export const isCursorRefused = (answer: EventPage | CursorRefused): answer is CursorRefused => 'code' in answer;
