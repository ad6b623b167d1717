// What became of the events, counted once a batch; `/status` shows it, and the metrics read it when they are asked.

/** Counts by label, e.g. `accepted`, `rejected`, `drop:environment`. */
export type Counts = Readonly<Record<string, number>>;

export interface CountSeries {
  readonly component: string;
  readonly label: string;
  /** Whose events were counted; undefined where the count is of no tenant in particular. */
  readonly tenant: string | undefined;
  readonly count: number;
}

export interface Counters {
  add(component: string, label: string, count: number, tenant?: string): void;
  /** Of all tenants. */
  of(component: string): Counts;
  series(): Iterable<CountSeries>;
}

/** Tenants and labels of one component beyond these are counted together, as `other`: a name costs memory for ever. */
const MAX_TENANTS = 1000;
const MAX_LABELS = 500;
const OTHER = 'other';

type ByTenant = Map<string | undefined, number>;

export const createCounters = (maxTenants = MAX_TENANTS): Counters => {
  const components = new Map<string, Map<string, ByTenant>>();
  const tenants = new Set<string>();

  const labelled = (component: string, label: string): ByTenant => {
    let labels = components.get(component);
    if (labels === undefined) components.set(component, (labels = new Map()));
    const kept = labels.has(label) || labels.size < MAX_LABELS ? label : OTHER;
    let counts = labels.get(kept);
    if (counts === undefined) labels.set(kept, (counts = new Map()));
    return counts;
  };

  const named = (tenant: string | undefined): string | undefined => {
    if (tenant === undefined || tenants.has(tenant)) return tenant;
    if (tenants.size >= maxTenants) return OTHER;
    tenants.add(tenant);
    return tenant;
  };

  return {
    add: (component, label, count, tenant) => {
      const counts = labelled(component, label);
      const owner = named(tenant);
      counts.set(owner, (counts.get(owner) ?? 0) + count);
    },
    of: (component) => {
      const counts: Record<string, number> = {};
      for (const [label, byTenant] of components.get(component) ?? []) counts[label] = sumOf(byTenant);
      return counts;
    },
    *series() {
      for (const [component, labels] of components)
        for (const [label, byTenant] of labels)
          for (const [tenant, count] of byTenant) yield { component, label, tenant, count };
    },
  };
};

const sumOf = (byTenant: ByTenant): number => {
  let sum = 0;
  for (const count of byTenant.values()) sum += count;
  return sum;
};
