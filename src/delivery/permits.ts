/** At most `count` works at once, in the order in which they came. */
export interface Permits {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when none runs or waits. */
  idle(): Promise<void>;
}

export const createPermits = (count: number): Permits => {
  let free = count;
  const waiting: (() => void)[] = [];
  let whenIdle: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next !== undefined) return next();
    free++;
    if (free < count) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  };
  return {
    run: async (work) => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        release();
      }
    },
    idle: async () => {
      if (free < count) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };
};
