/** The requests that a receiver is answering. */
export interface InFlight {
  /** Never rejects. */
  add(answered: Promise<void>): void;
  /** Resolves when none is left, or at the signal. */
  settled(signal: AbortSignal): Promise<void>;
}

export const createInFlight = (): InFlight => {
  let count = 0;
  let whenNone: () => void = () => {};
  const leave = () => {
    count--;
    if (count === 0) whenNone();
  };
  return {
    add(answered) {
      count++;
      void answered.then(leave, leave);
    },
    settled: (signal) =>
      new Promise((resolve) => {
        if (count === 0 || signal.aborted) return resolve();
        whenNone = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
};
