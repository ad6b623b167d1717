// What passes between the threads.
import type { BusinessKey } from '../../../src/event/business-keys.ts';
import type { EventFilter, PageRequest } from '../../../src/sdk/index.ts';

/** What a worker is started with. */
export interface WorkerRole {
  readonly role: 'write' | 'read';
  readonly path: string;
}

export type WriteRequest = { readonly op: 'open' } | { readonly op: 'write'; readonly lines: Uint8Array };
export type ReadRequest =
  | { readonly op: 'query'; readonly tenant: string; readonly filter: EventFilter; readonly page: PageRequest }
  | { readonly op: 'event'; readonly tenant: string; readonly eventId: string }
  | { readonly op: 'linked'; readonly tenant: string; readonly correlationId: string; readonly page: PageRequest }
  | { readonly op: 'carrying'; readonly tenant: string; readonly key: BusinessKey; readonly page: PageRequest }
  | { readonly op: 'count'; readonly tenant: string; readonly key: BusinessKey; readonly limit: number };
export type Request = WriteRequest | ReadRequest;

/** `close` is the last one: the worker closes its file and ends. */
export type Envelope = { readonly id: number; readonly request: Request } | { readonly close: true };
export type Reply = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: string };
