import type { Instant } from './time.ts';
import type { SourceKind, Warning } from './schema.ts';

/** Where a raw event came from; one value for all events of a request. */
export interface RawSource {
  readonly kind: SourceKind;
  /** The receiver's component id, e.g. `http` or `otlp/edge`. */
  readonly receiver: string;
  readonly contentType?: string;
  /** The transport's own `traceparent`: the hop, never the event's context. */
  readonly traceparent?: string;
}

/** The sender's own name for an event (EVENTS.md 2.1, rule 1). */
export interface SenderIdentity {
  /** The namespace of `id`: a CloudEvents source, a webhook's name; empty where the protocol has none. */
  readonly name: string;
  readonly id: string;
  /** Which part of what `id` names, e.g. the position in a batch sent under one Idempotency-Key. */
  readonly part?: string;
}

/** What a receiver's `decode` hands in: the sender's content under the native API's field names, and where it came from. */
export interface RawEvent {
  readonly content: Readonly<Record<string, unknown>>;
  readonly source: RawSource;
  /** `content` is a canonical event that another collector has processed and sealed: it stays as it is. */
  readonly canonical?: true;
  /** The event's time where the protocol already gave it as numbers; goes before `content.timestamp`. */
  readonly instant?: Instant;
  /** Whose time `instant` is, where that is not the event's own. */
  readonly timeSource?: 'source_header' | 'received';
  /** The sender's identity where the protocol carries it beside the content. */
  readonly identity?: SenderIdentity;
  /** An id that the edge derived without a sender's identity (rule 3); the engine mints a UUIDv7 where it is absent (rule 2). */
  readonly eventId?: string;
  /** Stamped once, at the edge. */
  readonly receivedAt: Instant;
  /** Bytes of the event as received, before decoding; an equal share of the request where that cannot be told. */
  readonly rawSize: number;
  readonly warnings?: readonly Warning[];
}
