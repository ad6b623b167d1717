import type { Busy } from '../sdk/index.ts';

export interface BudgetLimits {
  readonly maxBytes: number;
  readonly maxBytesPerTenant: number;
}

/** Bounds what is in memory before it is decoded: in all, and for each tenant, so that none takes another's room. */
export interface Budget {
  /** Takes `bytes` for a tenant, or tells why not. */
  take(tenant: string, bytes: number): Busy | undefined;
  give(tenant: string, bytes: number): void;
  readonly inFlight: number;
}

/** How long a sender that found no room is asked to wait; batches settle in milliseconds. */
const RETRY_AFTER_MS = 1000;

export const createBudget = ({ maxBytes, maxBytesPerTenant }: BudgetLimits): Budget => {
  const perTenant = new Map<string, number>();
  let inFlight = 0;
  return {
    get inFlight() {
      return inFlight;
    },
    take: (tenant, bytes) => {
      const held = perTenant.get(tenant) ?? 0;
      // A single input larger than the bound may pass alone, or it could never pass.
      if (held > 0 && held + bytes > maxBytesPerTenant) return { busy: 'quota', afterMs: RETRY_AFTER_MS };
      if (inFlight > 0 && inFlight + bytes > maxBytes) return { busy: 'memory', afterMs: RETRY_AFTER_MS };
      perTenant.set(tenant, held + bytes);
      inFlight += bytes;
      return undefined;
    },
    give: (tenant, bytes) => {
      const left = (perTenant.get(tenant) ?? 0) - bytes;
      if (left > 0) perTenant.set(tenant, left);
      else perTenant.delete(tenant);
      inFlight -= bytes;
    },
  };
};
