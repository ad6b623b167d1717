// Who may send and read: the section `tenants`, and what stands in a tenants file.
import { TENANT_PATTERN } from '../../event/schema.ts';
import { parseInstant } from '../../event/time.ts';
import { duration, SCOPES, z } from '../../sdk/index.ts';

const instant = (what: string) =>
  z
    .string()
    .refine((text) => typeof parseInstant(text) !== 'string', 'expected a time, e.g. 2027-01-31T00:00:00Z')
    .describe(what);

const scopes = (what: string) => z.array(z.enum(SCOPES)).min(1).default(['ingest']).describe(what);

const apiKey = z.strictObject({
  prefix: z
    .string()
    .regex(/^blk_[A-Za-z0-9_-]{8}$/, 'expected the first 12 characters of the key, e.g. blk_Ab3dEf6h')
    .describe('The public start of the key, by which it is found and named in logs.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the whole key, 64 lower-case hex digits')
    .describe('SHA-256 of the whole key; the key itself stands nowhere.'),
  scopes: scopes('What the key opens.'),
  expires: instant('From this time on it opens nothing.').optional(),
  revoked: instant('It opens nothing any more, since this time.').optional(),
});

const mtlsName = z.strictObject({
  san: z
    .string()
    .regex(/^(DNS|URI|email):[^\s,"]+$/, 'expected a name as certificates have it: DNS:…, URI:… or email:…')
    .describe('A subject alternative name, e.g. `URI:spiffe://example/checkout`.'),
  scopes: scopes('What the certificate opens.'),
});

const tenantId = z.string().regex(TENANT_PATTERN, 'expected a tenant id: letters, digits and . _ : -');

const tenant = z.strictObject({
  id: tenantId.describe('The tenant.'),
  api_keys: z.array(apiKey).min(1).default([]).describe('The keys whose bearer is this tenant; two of them active.'),
  mtls: z
    .array(mtlsName)
    .min(1)
    .default([])
    .describe('Names of client certificates, where a listener has `tls.client_ca_file`.'),
});
const tenantList = z.array(tenant);
export type TenantSection = z.output<typeof tenant>;

/** None of these is made with a secret that the verifier has too: what verifies a token cannot make one. */
export const JWT_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const;
const MAX_SKEW_MS = 300_000;

const jwtIssuer = z
  .strictObject({
    issuer: z.string().min(1).describe('The claim `iss`, exactly.'),
    audience: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('What the claim `aud` must have one of.'),
    jwks_url: z.string().min(1).optional().describe('Where its keys are.'),
    jwks_file: z.string().min(1).optional().describe('A file with its keys, read again when it changes.'),
    algorithms: z
      .array(z.enum(JWT_ALGORITHMS))
      .min(1)
      .default(['RS256', 'ES256', 'EdDSA'])
      .describe('The signatures that are taken.'),
    tenant_claim: z.string().min(1).default('tenant').describe('The claim that names the tenant.'),
    tenants: z.array(tenantId).min(1).optional().describe('The tenants that it may name; without it, every one.'),
    scopes_claim: z
      .string()
      .min(1)
      .default('scope')
      .describe('The claim that names the scopes, as text with blanks between or as a list.'),
    clock_skew: duration()
      .refine((ms) => ms <= MAX_SKEW_MS, 'expected at most 5m')
      .prefault('30s')
      .describe('How far its clock may be off.'),
    refresh: duration().prefault('10m').describe('How often its keys are asked for.'),
    allow_private: z
      .boolean()
      .default(false)
      .describe('Ask for keys at private, loopback and link-local addresses too.'),
    allow_insecure: z.boolean().default(false).describe('Ask for keys over http, on this machine.'),
  })
  .refine(({ jwks_url, jwks_file }) => (jwks_url === undefined) !== (jwks_file === undefined), {
    message: 'expected either jwks_url or jwks_file',
  })
  .refine(({ jwks_url, allow_insecure }) => isSafeUrl(jwks_url, allow_insecure), {
    path: ['jwks_url'],
    message: 'expected an https URL; http only on this machine, with allow_insecure: true',
  })
  .refine(({ jwks_url }) => (URL.parse(jwks_url ?? '')?.username ?? '') === '', {
    path: ['jwks_url'],
    message: 'expected a URL without a user',
  });

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const isSafeUrl = (text: string | undefined, allowInsecure: boolean): boolean => {
  if (text === undefined) return true;
  const { protocol, hostname } = URL.parse(text) ?? { protocol: '', hostname: '' };
  return protocol === 'https:' || (protocol === 'http:' && allowInsecure && LOCAL.test(hostname));
};

export const tenantsSection = z.union([
  tenantList,
  z.strictObject({
    list: tenantList.default([]).describe('Tenants that stand here.'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A file with more of them under `tenants`, read again when it changes; `betalogs tenant key` edits it.',
      ),
    jwt: z.array(jwtIssuer).default([]).describe('Whose tokens are taken.'),
    report_failures: z
      .boolean()
      .default(false)
      .describe('Make a security event of a refused credential where it tells its tenant.'),
  }),
]);
export type TenantsSection = z.output<typeof tenantsSection>;
export type TenantsMap = Exclude<TenantsSection, readonly unknown[]>;

/** What stands in a tenants file. */
export const tenantsFileSection = z.strictObject({ tenants: tenantList.describe('The tenants.') });

/** The short form, a list, as the long one. */
export const tenantsMapOf = (section: TenantsSection): TenantsMap =>
  Array.isArray(section) ? { list: section, jwt: [], report_failures: false } : section;
