/** A message as the core of this receiver sees it; the driver's own is wrapped in `consume.ts`. */
export interface Incoming {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Empty where it is absent. */
  header(name: string): string;
  /** How often it was delivered, this time included. */
  readonly attempts: number;
  /** Its place in the stream, the same at each delivery. Undefined: no stream, it comes once. */
  readonly place: Place | undefined;
  answer(answer: MessageAnswer): void;
  /** Asks the server for more time. */
  working(): void;
}

export interface Place {
  readonly stream: string;
  readonly sequence: number;
  /** Tells it from the message of the same sequence in a stream of the same name that was there before. */
  readonly timestampNanos: bigint;
}

export type MessageAnswer =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak'; readonly afterMs: number }
  /** Never again: it is in the dead letters. */
  | { readonly kind: 'term'; readonly reason: string };
