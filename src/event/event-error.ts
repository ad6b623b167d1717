/** Why an event is refused. Never holds the value: a path, a rule and words. */
export interface EventError {
  /** Permanent, `AREA_WHAT`, e.g. `EVENT_FIELD_REQUIRED`; each stands in `error-codes.ts`. */
  readonly code: string;
  /** JSON pointer into the event as sent; empty for the whole event. */
  readonly path: string;
  readonly message: string;
}
