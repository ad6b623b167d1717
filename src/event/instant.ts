/** An instant: whole seconds since 1970 (negative before) and 0 to 999,999,999 nanoseconds after them. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}
