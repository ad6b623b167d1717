import type { EventError } from '../event/event-error.ts';

export type { EventError } from '../event/event-error.ts';

/** What became of one event, told to its receiver. */
export type Outcome =
  | { readonly status: 'accepted' | 'duplicate'; readonly eventId: string; readonly correlationId: string }
  | { readonly status: 'filtered'; readonly reason: string }
  | { readonly status: 'rejected'; readonly errors: readonly EventError[] }
  /** Nothing is stored; ask again after `afterMs`. */
  | { readonly status: 'retry'; readonly afterMs: number; readonly reason: string };

export interface Passed {
  readonly verdict: 'pass';
}
export interface Dropped {
  readonly verdict: 'drop';
  readonly reason: string;
}
export interface Rejected {
  readonly verdict: 'reject';
  readonly errors: readonly EventError[];
}
/** What a processor says of one event. */
export type Verdict = Passed | Dropped | Rejected;

export const pass: Passed = { verdict: 'pass' };
/** The policy filters the event out; the sender is told `filtered` and `reason`, a word of the configuration. */
export const drop = (reason: string): Dropped => ({ verdict: 'drop', reason });
/** The event is refused. `path` is a JSON pointer; `message` must not hold the value. */
export const reject = (code: string, path: string, message: string): Rejected => ({
  verdict: 'reject',
  errors: [{ code, path, message }],
});
export const rejectAll = (errors: readonly EventError[]): Rejected => ({ verdict: 'reject', errors });
