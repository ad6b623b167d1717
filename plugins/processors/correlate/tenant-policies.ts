import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { CorrelationEngine } from './correlate.ts';
import type { KeyPolicy } from './keys.ts';

/** What a tenant has of its own; the rest is everybody's. */
export type TenantPolicy = { readonly [Part in keyof KeyPolicy]?: KeyPolicy[Part] | undefined };

/** One engine a policy, compiled once: the tenants that have none of their own share theirs. */
export const createCorrelate = (
  policy: KeyPolicy,
  tenants: Readonly<Record<string, TenantPolicy>> = {},
): ((event: CanonicalEvent) => void) => {
  const common = new CorrelationEngine(policy);
  const own = new Map(
    Object.entries(tenants).map(([tenant, given]) => [tenant, new CorrelationEngine(policyOf(policy, given))]),
  );
  if (own.size === 0) return (event) => common.correlate(event);
  return (event) => (own.get(event.tenantId) ?? common).correlate(event);
};

/** Everybody's paths go for the keys that the tenant has; its own are looked at first. */
const policyOf = (common: KeyPolicy, given: TenantPolicy): KeyPolicy => {
  const paths = { ...common.paths };
  for (const [type, places] of Object.entries(given.paths ?? {})) paths[type] = [...places, ...(paths[type] ?? [])];
  return {
    ...common,
    primary: given.primary ?? common.primary,
    secondary: given.secondary ?? common.secondary,
    paths,
  };
};
