// Keeps off a store that is down: after some failures in a row nothing is sent for a while, and then a few events, to
// ask. With several batches in flight one of them asks for all.
import type { Clock } from '../event/time.ts';
import { wait } from './wait.ts';

export interface BreakerLimits {
  /** Attempts in a row of which nothing was taken, until it opens. */
  readonly failures: number;
  /** How long it stays open before one attempt is let through. */
  readonly openForMs: number;
  /** Events of that attempt, at most. */
  readonly probeEvents: number;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

/** What an attempt may send. It must be settled, else a probe would never end. */
export interface Pass {
  readonly maxEvents: number;
  /** `isTaken`: the store answered for something, be it with a refusal. */
  settle(isTaken: boolean): void;
}

export interface Breaker {
  state(): BreakerState;
  /** Resolves when an attempt may be made. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<Pass>;
}

export const createBreaker = (limits: BreakerLimits, clock: Clock): Breaker => {
  let failures = 0;
  let openUntilMs: number | undefined;
  /** Aborts when the probe is settled. */
  let probe: AbortController | undefined;

  const close = (): void => {
    failures = 0;
    openUntilMs = undefined;
  };
  const open = (): void => {
    openUntilMs = clock.monotonicMs() + limits.openForMs;
  };

  const passAll: Pass = {
    maxEvents: Number.POSITIVE_INFINITY,
    settle: (isTaken) => {
      if (isTaken) return close();
      failures++;
      if (failures >= limits.failures) open();
    },
  };
  const beginProbe = (): Pass => {
    const mine = new AbortController();
    probe = mine;
    return {
      maxEvents: limits.probeEvents,
      settle: (isTaken) => {
        probe = undefined;
        if (isTaken) close();
        else open();
        mine.abort();
      },
    };
  };

  return {
    state: () => (openUntilMs === undefined ? 'closed' : probe === undefined ? 'open' : 'half_open'),
    enter: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        if (openUntilMs === undefined) return passAll;
        const leftMs = openUntilMs - clock.monotonicMs();
        if (probe === undefined && leftMs <= 0) return beginProbe();
        if (probe === undefined) await wait(clock, leftMs, signal);
        else await aborted(AbortSignal.any([signal, probe.signal]));
      }
    },
  };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
