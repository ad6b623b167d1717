// What became of the events, counted once a batch; `/status` shows it.

/** Counts by label, e.g. `accepted`, `rejected`, `drop:environment`. */
export type Counts = Readonly<Record<string, number>>;

export interface Counters {
  add(component: string, label: string, count: number): void;
  of(component: string): Counts;
}

export const createCounters = (): Counters => {
  const components = new Map<string, Record<string, number>>();
  return {
    add: (component, label, count) => {
      let counts = components.get(component);
      if (counts === undefined) components.set(component, (counts = {}));
      counts[label] = (counts[label] ?? 0) + count;
    },
    of: (component) => components.get(component) ?? {},
  };
};
