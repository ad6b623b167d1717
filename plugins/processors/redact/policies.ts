// Which policies hold for an event: those of its tenant and category, over what holds for all.
import type { Category } from '../../../src/event/schema.ts';
import { remembered } from './keys.ts';
import { createRedactor, type PseudonymKeys, type Redact, type RedactOptions } from './redact.ts';

export interface Policy {
  /** Tenant ids, or their start and a `*`; undefined: all. */
  readonly tenants: readonly string[] | undefined;
  /** Undefined: all. */
  readonly categories: readonly Category[] | undefined;
  readonly options: Omit<RedactOptions, 'disabled'>;
  /** Patterns that are on or off here, whatever they are elsewhere. */
  readonly patterns: Readonly<Record<string, boolean>>;
}

type ByCategory = Readonly<Record<Category, Redact>>;

const matches = (pattern: string, tenant: string): boolean =>
  pattern.endsWith('*') ? tenant.startsWith(pattern.slice(0, -1)) : tenant === pattern;

/** A redactor for each set of policies that some tenant and category has, made once; an event costs one look-up. */
export const createPolicyRedactor = (
  base: RedactOptions,
  policies: readonly Policy[],
  pseudonymKeys: PseudonymKeys,
): Redact => {
  if (policies.length === 0) return createRedactor(base, pseudonymKeys);
  const known = new Map<string, Redact>();

  const redactorFor = (tenant: string, category: Category): Redact => {
    const holding = policies.filter(
      ({ tenants, categories }) =>
        (tenants?.some((pattern) => matches(pattern, tenant)) ?? true) && (categories?.includes(category) ?? true),
    );
    const key = holding.map((policy) => policies.indexOf(policy)).join();
    const redact = known.get(key) ?? createRedactor(merged(base, holding), pseudonymKeys);
    known.set(key, redact);
    return redact;
  };

  const ofTenant = remembered((tenant: string): ByCategory => ({
    business: redactorFor(tenant, 'business'),
    system: redactorFor(tenant, 'system'),
    delivery: redactorFor(tenant, 'delivery'),
    security: redactorFor(tenant, 'security'),
  }));
  // What is slow to make is made before the first event.
  for (const pattern of policies.flatMap(({ tenants }) => tenants ?? ['*'])) ofTenant(pattern.replace(/\*$/, ''));

  return (event) => ofTenant(event.tenantId)[event.category](event);
};

/** The more special goes before the general, the earlier before the later: the first that names a place decides. */
const merged = (base: RedactOptions, holding: readonly Policy[]): RedactOptions => {
  const all = [...holding.map(({ options }) => options), base];
  const disabled = new Set(base.disabled);
  for (const [name, isOn] of holding.toReversed().flatMap(({ patterns }) => Object.entries(patterns))) {
    if (isOn) disabled.delete(name);
    else disabled.add(name);
  }
  return {
    denyKeys: all.flatMap(({ denyKeys }) => denyKeys),
    pathRules: all.flatMap(({ pathRules }) => pathRules),
    keyRules: all.flatMap(({ keyRules }) => keyRules),
    allowLists: all.flatMap(({ allowLists }) => allowLists),
    disabled,
  };
};
