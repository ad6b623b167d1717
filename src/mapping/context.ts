import type { Instant } from '../event/time.ts';

/** What a payload's surroundings say of it. */
export interface MappingContext {
  /** The receiver's component id, e.g. `http`. */
  readonly receiver: string;
  /** Stamped once, at the edge. */
  readonly receivedAt: Instant;
  /** Bytes of the payload as received, before decoding. */
  readonly rawSize: number;
  readonly contentType?: string;
  /** The transport's own `traceparent`: the hop, never the event's context. */
  readonly traceparent?: string;
}
