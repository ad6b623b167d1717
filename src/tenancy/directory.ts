// What opens which tenant: made once of the configuration, replaced as a whole when the tenants file changes.
import type { TenantConfig } from '../config/checked-config.ts';
import type { Principal } from '../sdk/index.ts';

export interface KnownKey {
  readonly digest: Buffer;
  readonly principal: Principal;
  readonly expiresMs: number;
  readonly isRevoked: boolean;
}

export interface Directory {
  readonly ids: ReadonlySet<string>;
  /** By the prefix; two keys may share one. */
  readonly keys: ReadonlyMap<string, readonly KnownKey[]>;
  /** By the certificate's name. */
  readonly names: ReadonlyMap<string, Principal>;
}

export const createDirectory = (tenants: readonly TenantConfig[]): Directory => {
  const keys = new Map<string, KnownKey[]>();
  const names = new Map<string, Principal>();
  for (const { id, apiKeys, mtls = [] } of tenants) {
    for (const { prefix, sha256, scopes, expiresMs = Number.POSITIVE_INFINITY, isRevoked = false } of apiKeys) {
      const principal = { tenant: id, scopes: new Set(scopes), name: prefix };
      const known = { digest: Buffer.from(sha256, 'hex'), principal, expiresMs, isRevoked };
      keys.set(prefix, [...(keys.get(prefix) ?? []), known]);
    }
    for (const { san, scopes } of mtls) names.set(san, { tenant: id, scopes: new Set(scopes), name: san });
  }
  return { ids: new Set(tenants.map(({ id }) => id)), keys, names };
};
