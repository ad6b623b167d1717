/** How many events of a batch go out at once: fewer where a store said that it was too much, and more again as it takes them. */
export interface BatchLimit {
  maxEvents(): number;
  /** `sent` events were too much. */
  shrink(sent: number): void;
  /** `sent` events were taken. */
  grow(sent: number): void;
}

export const createBatchLimit = (): BatchLimit => {
  let limit = Number.POSITIVE_INFINITY;
  let taken = 0;
  return {
    maxEvents: () => limit,
    shrink: (sent) => {
      limit = Math.max(1, Math.ceil(Math.min(sent, limit) / 2));
      taken = 0;
    },
    // Doubles only after as much was taken as is to be dared next, so that a store at its edge is not pushed over it again at once.
    grow: (sent) => {
      if (limit === Number.POSITIVE_INFINITY) return;
      taken += sent;
      if (taken < limit * GROW_AFTER) return;
      taken = 0;
      limit *= 2;
      if (limit > LARGEST) limit = Number.POSITIVE_INFINITY;
    },
  };
};

/** Batches that were taken before the limit doubles. */
const GROW_AFTER = 4;
/** No batch is larger (configuration, `batch.max_events`). */
const LARGEST = 1_000_000;
