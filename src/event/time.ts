// Time as split numbers: seconds and nanoseconds survive, and no Date is made on the hot path.

import type { Instant } from './instant.ts';

export type { Instant } from './instant.ts';
export { parseInstant } from './parse-instant.ts';
export type { ParsedInstant, TimeFault, TimeForm } from './parse-instant.ts';

/** The present, and the only source of it below `src/runtime`: tests advance their own. */
export interface Clock {
  now(): Instant;
  /** Milliseconds of a clock that never steps back, for waiting and for durations. */
  monotonicMs(): number;
  /** Calls back after `delayMs`; the result cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

let cachedSeconds = Number.NaN;
let cachedText = '';

/** RFC 3339 in UTC. Trailing zeros of the fraction are cut to 0, 3, 6 or 9 digits. */
export const formatInstant = ({ seconds, nanos }: Instant): string => {
  if (seconds !== cachedSeconds) {
    cachedText = new Date(seconds * 1000).toISOString().slice(0, -5);
    cachedSeconds = seconds;
  }
  if (nanos === 0) return `${cachedText}Z`;
  return `${cachedText}.${fraction(nanos)}Z`;
};

const fraction = (nanos: number): string => {
  if (nanos % 1_000_000 === 0) return pad(nanos / 1_000_000, 3);
  if (nanos % 1000 === 0) return pad(nanos / 1000, 6);
  return pad(nanos, 9);
};

const pad = (value: number, width: number): string => {
  const digits = String(value);
  return digits.length === width ? digits : '000000000'.slice(0, width - digits.length) + digits;
};

export const instantToMs = (instant: Instant): number => instant.seconds * 1000 + Math.floor(instant.nanos / 1e6);
export const msToInstant = (ms: number): Instant => {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
};
export const compareInstants = (a: Instant, b: Instant): number => a.seconds - b.seconds || a.nanos - b.nanos;
