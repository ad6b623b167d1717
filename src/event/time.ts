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

const SECONDS_PER_DAY = 86_400;
let cachedDay = Number.NaN;
let cachedDate = '';
const SIXTY: readonly string[] = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));

/** RFC 3339 in UTC. Trailing zeros of the fraction are cut to 0, 3, 6 or 9 digits. */
export const formatInstant = ({ seconds, nanos }: Instant): string => {
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  if (day !== cachedDay) {
    // Most events are of one day: only another day costs a Date.
    cachedDate = new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 11);
    cachedDay = day;
  }
  const left = seconds - day * SECONDS_PER_DAY;
  const hour = SIXTY[Math.floor(left / 3600)];
  const time = `${cachedDate}${hour}:${SIXTY[Math.floor(left / 60) % 60]}:${SIXTY[left % 60]}`;
  return nanos === 0 ? `${time}Z` : `${time}.${fraction(nanos)}Z`;
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
