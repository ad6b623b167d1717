// Time as split numbers: seconds and nanoseconds survive, and no Date is made on the hot path.

import type { Instant } from './instant.ts';

export type { Instant } from './instant.ts';
export { parseInstant } from './parse-instant.ts';
export type { ParsedInstant, TimeFault } from './parse-instant.ts';

/** The present, and the only source of it below `src/runtime`: tests advance their own. */
export interface Clock {
  now(): Instant;
  /** Milliseconds of a clock that never steps back, for waiting and for durations. */
  monotonicMs(): number;
  /** Calls back after `delayMs`; the result cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

const ZERO = 48;
const Z = 0x5a;
const FRACTION_AT = 20;
let cachedSecond = Number.NaN;
// Written here and read as one string: put together of parts it would be a tree, flattened when serialised.
const text = Buffer.alloc(FRACTION_AT + 10);

/** RFC 3339 in UTC. Trailing zeros of the fraction are cut to 0, 3, 6 or 9 digits. */
export const formatInstant = ({ seconds, nanos }: Instant): string => {
  if (seconds !== cachedSecond) {
    // Events of one second come together: only another second costs a Date.
    text.write(new Date(seconds * 1000).toISOString().slice(0, 19), 'latin1');
    cachedSecond = seconds;
  }
  const digits = fractionDigits(nanos);
  text[FRACTION_AT - 1] = digits === 0 ? Z : DOT;
  if (digits === 0) return text.toString('latin1', 0, FRACTION_AT);
  writeDigits(nanos / 10 ** (9 - digits), digits);
  text[FRACTION_AT + digits] = Z;
  return text.toString('latin1', 0, FRACTION_AT + digits + 1);
};

const DOT = 46;
const fractionDigits = (nanos: number): number => {
  if (nanos % 1000 !== 0) return 9;
  if (nanos % 1_000_000 !== 0) return 6;
  return nanos === 0 ? 0 : 3;
};

const writeDigits = (value: number, count: number): void => {
  let left = value;
  for (let i = count - 1; i >= 0; i--) {
    const rest = Math.floor(left / 10);
    text[FRACTION_AT + i] = ZERO + left - rest * 10;
    left = rest;
  }
};

export const instantToMs = (instant: Instant): number => instant.seconds * 1000 + Math.floor(instant.nanos / 1e6);
export const msToInstant = (ms: number): Instant => {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
};
export const compareInstants = (a: Instant, b: Instant): number => a.seconds - b.seconds || a.nanos - b.nanos;
