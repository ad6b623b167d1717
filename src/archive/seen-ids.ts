/** Remembers ids within bounds: what comes again long after is collapsed by the store. */
export interface SeenIds {
  /** True the first time. */
  add(tenant: string, eventId: string): boolean;
}

const MOST_IDS = 2_000_000;

export const createSeenIds = (most = MOST_IDS): SeenIds => {
  let current = '';
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    add: (tenant, eventId) => {
      if (tenant !== current) {
        current = tenant;
        young = new Set();
        old = new Set();
      }
      if (young.has(eventId) || old.has(eventId)) return false;
      // Two generations: the older half is forgotten at once, which costs nothing an id.
      if (young.size >= most / 2) {
        old = young;
        young = new Set();
      }
      young.add(eventId);
      return true;
    },
  };
};
