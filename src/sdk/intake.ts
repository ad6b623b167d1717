import type { Outcome } from './outcome.ts';
import type { RawBatch } from './batch.ts';
import type { Instant } from '../event/time.ts';

/** What a sender shows: the token of `Authorization: Bearer`, a client certificate, or nothing. */
export interface Credential {
  readonly bearer?: string;
  /** Of a client certificate that the listener has proved: its names, as `DNS:…`, `URI:…`, `email:…`. */
  readonly peerNames?: readonly string[];
  /** The peer's address; without tenants configured only loopback peers are served. */
  readonly remoteAddress?: string;
}

export const SCOPES = ['ingest', 'read', 'replay', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who it is. `tenant` comes from the credential only. */
export interface Principal {
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** What to call it in a log: a key's prefix, never the key; a certificate's name; a token's subject. */
  readonly name: string;
}

/** Why a credential opens nothing. */
export interface Refusal {
  /** 401: no or bad credential; 403: the credential is good but lacks the scope; 503: it cannot be judged now. */
  readonly status: 401 | 403 | 503;
  readonly code: 'AUTH_MISSING' | 'AUTH_INVALID' | 'AUTH_EXPIRED' | 'AUTH_SCOPE' | 'AUTH_UNAVAILABLE';
  readonly message: string;
}

export interface Authenticator {
  authenticate(credential: Credential, scope: Scope): Promise<Principal | Refusal>;
}

/** No room: ask again after `afterMs`. `quota` is the tenant's own bound (429), else the machine's (503). */
export interface Busy {
  readonly busy: 'quota' | 'memory' | 'disk' | 'stopping';
  readonly afterMs: number;
}

/** What a source would lose by being told to forget it. No value of the event, unless `line` says that it may be kept. */
export interface RefusedInput {
  /** As the source claims it; empty where it claims none that could be one. */
  readonly tenant: string;
  readonly code: string;
  readonly message: string;
  /** How often the source has delivered it. */
  readonly attempts: number;
  /** Bytes of what was refused. */
  readonly size: number;
  /** `hmac-sha256:` and hex, of what was refused, so that its sender can find it. */
  readonly digest: string;
  readonly eventId?: string;
  /** The canonical JSON line, for an event that another collector has redacted already. */
  readonly line?: string;
}

/** What a receiver may do with events. Retry, batching, metrics, traces and dead letters happen behind it. */
export interface Intake {
  /** Who is this? Nothing of the body is read before. */
  authenticate(credential: Credential): Promise<Principal | Refusal>;
  /**
   * Takes room for `bytes` of a tenant's input before it is read. `principal` is the name of who sends it, for the
   * security event that a body with another tenant makes; without it the receiver's id stands there.
   */
  reserve(tenant: string, bytes: number, principal?: string): Lease | Busy;
  /** Is this a tenant, for a receiver whose source names it? Without tenants configured every name is. */
  knows(tenant: string): boolean;
  /** Resolves when all are on disk; only then may the source be told to forget them. Rejects where there is no room. */
  deadLetter(refused: readonly RefusedInput[]): Promise<void>;
  /** The instant to stamp as `receivedAt`. */
  now(): Instant;
}

export interface Lease {
  readonly tenant: string;
  /** Asks for more room, e.g. while inflating. Not undefined: stop reading, answer busy. */
  grow(bytes: number): Busy | undefined;
  /**
   * Resolves when every slot is settled, in the batch's order. Never rejects for an event's sake. Releases the lease.
   * Takes the slots out of the batch: a receiver that needs them afterwards keeps an array of its own.
   */
  emit(batch: RawBatch): Promise<readonly Outcome[]>;
  /** Gives the room back without an emit; calling it twice is harmless. */
  release(): void;
}

export const isBusy = (result: Lease | Busy): result is Busy => 'busy' in result;
export const isRefusal = (result: Principal | Refusal): result is Refusal => 'status' in result;
