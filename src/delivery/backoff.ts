/** How long to wait before each further attempt. */
export interface Backoff {
  /** The next delay in ms; a delay that the store named goes before it where it is longer. */
  next(serverDelayMs?: number): number;
  reset(): void;
}

export interface BackoffLimits {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Exponential with equal jitter: between half of the step and the step, doubling up to `maxMs`. */
export const createBackoff = ({ initialMs, maxMs }: BackoffLimits, random: () => number): Backoff => {
  let step = initialMs;
  return {
    next: (serverDelayMs = 0) => {
      const delay = step / 2 + random() * (step / 2);
      step = Math.min(step * 2, maxMs);
      return Math.max(delay, serverDelayMs);
    },
    reset: () => {
      step = initialMs;
    },
  };
};
