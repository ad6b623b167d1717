import { TENANT_PATTERN } from '../../../src/event/schema.ts';
import { definePlugin, eachEvent, pass, z } from '../../../src/sdk/index.ts';
import { isNeverGroup, isPersonalPath, PRIMARY_KEYS, SECONDARY_KEYS } from './keys.ts';
import { createCorrelate, type TenantPolicy } from './tenant-policies.ts';

const keyType = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,63}$/, 'expected a key in camel case, e.g. orderId')
  .refine((type) => !isNeverGroup(type), 'joins what does not belong together, or is personal: it is never a group');
const keyTypes = z.array(keyType).max(64);
const path = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'expected a dotted path, e.g. data.basket.ref')
  .refine((place) => !isPersonalPath(place), 'holds who did it: a person is never a group');
const paths = z.record(keyType, z.array(path).min(1).max(16));

const PRIMARY = 'Keys that name one process instance, by priority.';
const SECONDARY = 'Keys that take part in several processes, by priority.';
const PATHS = 'More places at which a key is found, as dotted paths from the event, e.g. `orderId: [data.basket.ref]`.';

interface Policy {
  readonly primary_keys?: readonly string[] | undefined;
  readonly secondary_keys?: readonly string[] | undefined;
  readonly paths?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The lists that count for a policy's own paths: its own, and where it has none everybody's. */
const hasKnownPaths = (own: Policy, common: Policy = own): boolean => {
  const known = new Set([
    ...(own.primary_keys ?? common.primary_keys ?? []),
    ...(own.secondary_keys ?? common.secondary_keys ?? []),
  ]);
  return Object.keys(own.paths ?? {}).every((type) => known.has(type));
};
const UNKNOWN_PATH = 'names a key that is neither primary nor secondary';

const tenantPolicy = z.strictObject({
  primary_keys: keyTypes.optional().describe(`${PRIMARY} Instead of everybody's.`),
  secondary_keys: keyTypes.optional().describe(`${SECONDARY} Instead of everybody's.`),
  paths: paths.optional().describe(`${PATHS} Before everybody's.`),
});

const HASHED_TYPE = /^[a-z][A-Za-z0-9]{0,63}$/;

const config = z
  .strictObject({
    primary_keys: keyTypes.default([...PRIMARY_KEYS]).describe(PRIMARY),
    secondary_keys: keyTypes.default([...SECONDARY_KEYS]).describe(SECONDARY),
    paths: paths.default({}).describe(PATHS),
    tenants: z
      .record(z.string().regex(TENANT_PATTERN, 'expected the id of a tenant'), tenantPolicy)
      .default({})
      .describe('What single tenants have of their own; the rest is as above.'),
    hash_keys: z
      .array(z.string().regex(HASHED_TYPE, 'expected a key in camel case, e.g. orderId'))
      .default([])
      .describe(
        "Keys whose value is personal: the group is formed over the tenant's pseudonym, and `businessKeys` holds it alone.",
      ),
  })
  .superRefine((policy, context) => {
    if (!hasKnownPaths(policy)) context.addIssue({ code: 'custom', path: ['paths'], message: UNKNOWN_PATH });
    for (const [tenant, own] of Object.entries(policy.tenants))
      if (!hasKnownPaths(own, policy))
        context.addIssue({ code: 'custom', path: ['tenants', tenant, 'paths'], message: UNKNOWN_PATH });
  });

const toTenantPolicy = ({ primary_keys: primary, secondary_keys: secondary, paths: places }: Policy): TenantPolicy => ({
  primary,
  secondary,
  paths: places,
});

export default definePlugin({
  kind: 'processor',
  type: 'correlate',
  stability: 'beta',
  summary: 'Puts each event into its group: the trace, the business process or the session that it belongs to.',
  config,
  create: (
    { primary_keys: primary, secondary_keys: secondary, paths: places, tenants, hash_keys: types },
    { keys },
  ) => {
    const pseudonyms = { types, keyOf: (tenant: string) => keys.pseudonymKey(tenant) };
    const own = Object.fromEntries(Object.entries(tenants).map(([id, policy]) => [id, toTenantPolicy(policy)]));
    const correlate = createCorrelate({ primary, secondary, paths: places, pseudonyms }, own);
    return eachEvent((event, _origin, raw) => {
      if (raw.canonical !== true) correlate(event);
      return pass;
    });
  },
});
