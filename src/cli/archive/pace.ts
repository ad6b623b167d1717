import { wait } from '../../delivery/wait.ts';
import type { Clock } from '../../event/time.ts';

/** Holds what passes to so many events a second, from the first on; undefined: as fast as it goes. */
export const createPace = (
  perSecond: number | undefined,
  clock: Clock,
  signal: AbortSignal,
): ((events: number) => Promise<void>) => {
  if (perSecond === undefined) return async () => {};
  const startMs = clock.monotonicMs();
  let passed = 0;
  return async (events) => {
    passed += events;
    const dueMs = startMs + (passed / perSecond) * 1000;
    const aheadMs = dueMs - clock.monotonicMs();
    if (aheadMs > 0) await wait(clock, aheadMs, signal);
  };
};
