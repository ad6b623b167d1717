// Which actors and addresses are remembered, and for how long: bounded as a whole and for each tenant.

/** What is remembered of each subject, by tenant. A subject that is asked for becomes the most recent. */
export interface Subjects<T> {
  of(tenant: string, subject: string): T;
  readonly size: number;
}

/** A tenant may hold at most this part of all entries, so that one under attack does not blind the others. */
const TENANT_SHARE = 10;

/** The least recent goes first: of the tenant where its share is full, else of all. */
export const createSubjects = <T>(max: number, create: () => T): Subjects<T> => {
  const maxOfTenant = Math.max(1, Math.floor(max / TENANT_SHARE));
  // A Map keeps the order of insertion: what is deleted and set again is its most recent.
  const all = new Map<string, { readonly tenant: string; readonly subject: string }>();
  const tenants = new Map<string, Map<string, T>>();

  const forget = (tenant: string, subject: string): void => {
    all.delete(keyOf(tenant, subject));
    const own = tenants.get(tenant);
    own?.delete(subject);
    if (own?.size === 0) tenants.delete(tenant);
  };
  const makeRoom = (tenant: string, own: ReadonlyMap<string, T>): void => {
    const [oldestOwn] = own.keys();
    if (own.size >= maxOfTenant && oldestOwn !== undefined) return forget(tenant, oldestOwn);
    const [oldest] = all.values();
    if (all.size >= max && oldest !== undefined) forget(oldest.tenant, oldest.subject);
  };

  return {
    of: (tenant, subject) => {
      const known = tenants.get(tenant)?.get(subject);
      if (known === undefined) makeRoom(tenant, tenants.get(tenant) ?? new Map());
      else forget(tenant, subject);
      const entry = known ?? create();
      let own = tenants.get(tenant);
      if (own === undefined) tenants.set(tenant, (own = new Map()));
      own.set(subject, entry);
      all.set(keyOf(tenant, subject), { tenant, subject });
      return entry;
    },
    get size() {
      return all.size;
    },
  };
};

/** No tenant's id has a space. */
const keyOf = (tenant: string, subject: string): string => `${tenant} ${subject}`;
