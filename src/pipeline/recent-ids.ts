import { LRUCache } from 'lru-cache';

/** Sender-named ids that are durable: tells a re-send from a first one, best effort; the stores decide. */
export interface RecentIds {
  has(tenant: string, eventId: string): boolean;
  add(tenant: string, eventId: string): void;
}

const MAX_IDS = 100_000;

export const createRecentIds = (max = MAX_IDS): RecentIds => {
  const cache = new LRUCache<string, true>({ max });
  const key = (tenant: string, eventId: string): string => `${eventId} ${tenant}`;
  return {
    has: (tenant, eventId) => cache.has(key(tenant, eventId)),
    add: (tenant, eventId) => void cache.set(key(tenant, eventId), true),
  };
};
