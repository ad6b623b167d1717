import { instantToMs, parseInstant } from '../../event/time.ts';
import type { JwtIssuerConfig, TenantConfig } from '../checked-config.ts';
import type { TenantSection, TenantsMap } from './tenants-section.ts';

type ApiKeySection = TenantSection['api_keys'][number];

const msOf = (text: string): number => {
  const parsed = parseInstant(text);
  return typeof parsed === 'string' ? 0 : instantToMs(parsed.instant);
};

/** It opens something now. */
export const isActive = ({ expires, revoked }: Pick<ApiKeySection, 'expires' | 'revoked'>, nowMs: number): boolean =>
  revoked === undefined && (expires === undefined || msOf(expires) > nowMs);

export const toTenant = ({ id, api_keys, mtls }: TenantSection): TenantConfig => ({
  id,
  apiKeys: api_keys.map(({ prefix, sha256, scopes, expires, revoked }) => ({
    prefix,
    sha256,
    scopes,
    ...(expires !== undefined && { expiresMs: msOf(expires) }),
    ...(revoked !== undefined && { isRevoked: true as const }),
  })),
  ...(mtls.length > 0 && { mtls }),
});

/** `jwksFile`: the absolute path of the issuer's keys, where they are in a file. */
export const toJwtIssuer = (issuer: TenantsMap['jwt'][number], jwksFile: string | undefined): JwtIssuerConfig => ({
  issuer: issuer.issuer,
  audience: typeof issuer.audience === 'string' ? [issuer.audience] : issuer.audience,
  ...(issuer.jwks_url !== undefined && { jwksUrl: issuer.jwks_url }),
  ...(jwksFile !== undefined && { jwksFile }),
  algorithms: issuer.algorithms,
  tenantClaim: issuer.tenant_claim,
  ...(issuer.tenants !== undefined && { tenants: issuer.tenants }),
  scopesClaim: issuer.scopes_claim,
  clockSkewMs: issuer.clock_skew,
  refreshMs: issuer.refresh,
  allowPrivate: issuer.allow_private,
});
