/** Works that run beside each other, at most `limit`; the first failure is the failure of all. */
export interface InFlight {
  /** Resolves when one more may be added. Rejects if one has failed, after all have ended. */
  room(): Promise<void>;
  add(work: () => Promise<void>): void;
  /** Resolves when all have ended. */
  done(): Promise<void>;
}

export const createInFlight = (limit: number): InFlight => {
  const works = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const done = async (): Promise<void> => {
    while (works.size > 0) await Promise.race(works);
    if (failure !== undefined) throw failure.error;
  };

  return {
    room: async () => {
      while (works.size >= limit && failure === undefined) await Promise.race(works);
      if (failure !== undefined) await done();
    },
    add: (work) => {
      const settled: Promise<void> = work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => works.delete(settled));
      works.add(settled);
    },
    done,
  };
};
