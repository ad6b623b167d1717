import type { Clock, Instant } from '../event/time.ts';

/** The largest difference to the system's time before the anchor is set anew, as after a clock step. */
const MAX_DRIFT_MS = 2;

/** The system's time with microseconds: the monotonic clock, anchored to the wall clock and re-anchored when that steps. */
export const createSystemClock = (): Clock => {
  let offsetMs = Date.now() - performance.now();
  return {
    now: (): Instant => {
      const wall = Date.now();
      const elapsed = performance.now();
      let now = offsetMs + elapsed;
      if (Math.abs(now - wall) > MAX_DRIFT_MS) {
        offsetMs = wall - elapsed;
        now = wall;
      }
      const seconds = Math.floor(now / 1000);
      return { seconds, nanos: Math.floor((now - seconds * 1000) * 1000) * 1000 };
    },
    monotonicMs: () => performance.now(),
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
};
