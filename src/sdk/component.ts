import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator, Intake } from './intake.ts';
import type { Clock } from '../event/time.ts';
import type { DeadLetterQueue } from './dead-letters.ts';
import type { EventQueries } from './query/event-queries.ts';
import type { ReportViolation } from './violation.ts';
import type { ListenerConfig } from './config-types.ts';

/** Structured, one JSON line a matter; fields are ids and sizes, never a payload. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Keys derived from the deployment's master key; replicas that share the keys file derive the same. */
export interface KeyRing {
  /** 32 bytes for a purpose (`fingerprint`, `cursor`) and tenant. */
  derive(purpose: string, tenant: string): Buffer;
  /**
   * 32 bytes for the tenant's pseudonyms, made at the first use. They hang on a salt that can be deleted: from then on
   * the tenant has another key, and nobody can derive this one again. Throws where the salt cannot be read or kept.
   */
  pseudonymKey(tenant: string): Buffer;
}

/** Where something listens: `name` is its key in the ready line, `address` is `host:port`. */
export interface Endpoint {
  readonly name: string;
  readonly address: string;
}

export interface HttpMount {
  /** Its key in the ready line, e.g. `http` or `otlp/http`. */
  readonly name: string;
  readonly listener: ListenerConfig;
  /** Path prefixes; components that share an endpoint are told apart by them, the longest match wins. */
  readonly paths: readonly string[];
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
}

/** What every component is given beside its own configuration. */
export interface ComponentContext {
  /** `type` or `type/name`, as in the configuration. */
  readonly id: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly keys: KeyRing;
  /** The collector's data directory, absolute. Only exporters with a store of their own use it. */
  readonly dataDir: string;
  /** The collector's version, where the engine tells it. */
  readonly version?: string;
}

export interface ReceiverContext extends ComponentContext {
  /** Opens (or shares) a listener; resolves when it listens. */
  listen(mount: HttpMount): Promise<Endpoint>;
}

export interface ExtensionContext extends ReceiverContext {
  readonly authenticator: Authenticator;
  /** What may be asked of the stored events. Undefined where no exporter of the configuration has a reader. */
  readonly store: EventQueries | undefined;
  /** Undefined where there are none, as in most tests. */
  readonly deadLetters?: DeadLetterQueue | undefined;
  /** To be called where a credential asks for what is another tenant's. Absent in most tests. */
  readonly reportViolation?: ReportViolation | undefined;
  status(): CollectorStatus;
}

export type ComponentState = 'starting' | 'ok' | 'retrying' | 'stopped' | 'failed';
export interface ComponentStatus {
  readonly id: string;
  readonly kind: 'receiver' | 'processor' | 'exporter' | 'extension';
  readonly state: ComponentState;
  /** Why it is not `ok`; no payload, no secret. */
  readonly reason?: string;
  /** Exporters: seconds since the oldest event that it has not yet stored was received; 0 when it is caught up. */
  readonly oldestUndeliveredSeconds?: number;
  readonly counts?: Readonly<Record<string, number>>;
}
export interface CollectorStatus {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly journalBytes: number;
  readonly components: readonly ComponentStatus[];
}

/** A source of batches. */
export interface Receiver {
  /** Called once, when everything behind it runs. Resolves when it listens. */
  start(intake: Intake): Promise<readonly Endpoint[]>;
  /** Takes nothing new; resolves when the last emit is answered. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Something beside the pipelines. */
export interface Extension {
  /** Called once, before the receivers start. */
  start(): Promise<readonly Endpoint[]>;
  /** Called once, after the exporters have stopped. */
  stop(signal: AbortSignal): Promise<void>;
}
