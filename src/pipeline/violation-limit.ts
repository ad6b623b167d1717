import { LRUCache } from 'lru-cache';

/** How many violations of one tenant and principal become events. */
export interface ViolationLimit {
  /** Undefined: not this one. Else how many were left out since the last that was let through. */
  take(tenant: string, principal: string): number | undefined;
}

interface Bucket {
  tokens: number;
  filledMs: number;
  leftOut: number;
}

const BURST = 10;
const MS_PER_TOKEN = 6000;
const MAX_PRINCIPALS = 10_000;

/** Ten at once, then ten a minute. */
export const createViolationLimit = (monotonicMs: () => number): ViolationLimit => {
  const buckets = new LRUCache<string, Bucket>({ max: MAX_PRINCIPALS });
  return {
    take: (tenant, principal) => {
      const now = monotonicMs();
      const key = `${tenant} ${principal}`;
      let bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, (bucket = { tokens: BURST, filledMs: now, leftOut: 0 }));
      const filled = Math.floor((now - bucket.filledMs) / MS_PER_TOKEN);
      bucket.tokens = Math.min(BURST, bucket.tokens + filled);
      bucket.filledMs += filled * MS_PER_TOKEN;
      if (bucket.tokens === 0) {
        bucket.leftOut++;
        return undefined;
      }
      bucket.tokens--;
      const { leftOut } = bucket;
      bucket.leftOut = 0;
      return leftOut;
    },
  };
};
