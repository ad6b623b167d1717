import type { CanonicalEvent } from '../../event/schema.ts';
import type { EventFilter } from '../reader.ts';

/** Why an event stands in an answer to which its own group does not bring it. */
export interface LinkedBy {
  readonly kind: 'link';
  /** The correlation id that the event's link names. */
  readonly correlationId: string;
  /** The link's own type, where it has one. */
  readonly type?: string;
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

/** Something that a group is linked to beyond its own events (CORRELATION.md 3). */
export interface GroupLink {
  readonly type: 'package' | 'after_deployment' | 'same_session';
  readonly eventIds: readonly string[];
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
  /** The group, and the events whose links name it. Undefined: this tenant has neither. */
  correlation(tenant: string, correlationId: string): Promise<Correlation | undefined>;
  close(): Promise<void>;
}

export const isCursorRefused = (answer: EventPage | CursorRefused): answer is CursorRefused => 'code' in answer;
