import { timingSafeEqual } from 'node:crypto';
import type { TenantConfig } from '../config/checked-config.ts';
import { type Authenticator, type Credential, type Principal, type Refusal, type Scope, SCOPES } from '../sdk/index.ts';
import { digestOf, isApiKey, prefixOf } from './api-key.ts';
import { isLoopback } from './loopback.ts';

export interface TenantSecurityOptions {
  readonly tenants: readonly TenantConfig[];
  /** Without tenants: whoever reaches a listener is the tenant `default`, not only this machine. */
  readonly openToAll: boolean;
}

interface KnownKey {
  readonly digest: Buffer;
  readonly principal: Principal;
}

const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);
/** What an unknown key is compared with, so that it costs what a known prefix costs. */
const NOBODY = Buffer.alloc(32);

const MISSING: Refusal = {
  status: 401,
  code: 'AUTH_MISSING',
  message: 'send an API key: Authorization: Bearer blk_…',
};
const NOT_LOOPBACK: Refusal = {
  status: 401,
  code: 'AUTH_MISSING',
  message: 'no tenants are configured, so only this machine is served; configure tenants with API keys',
};
const INVALID: Refusal = { status: 401, code: 'AUTH_INVALID', message: 'this API key opens nothing' };
const lacksScope = (scope: Scope): Refusal => ({
  status: 403,
  code: 'AUTH_SCOPE',
  message: `this API key lacks the scope ${scope}`,
});

/** Credentials to tenants. Keys are known by their SHA-256 only. */
export class TenantSecurityService implements Authenticator {
  readonly #keys: ReadonlyMap<string, readonly KnownKey[]>;
  readonly #hasTenants: boolean;
  readonly #openToAll: boolean;

  constructor({ tenants, openToAll }: TenantSecurityOptions) {
    this.#keys = knownKeys(tenants);
    this.#hasTenants = tenants.length > 0;
    this.#openToAll = openToAll;
  }

  /** Who it is, if the credential carries `scope`. */
  async authenticate(credential: Credential, scope: Scope): Promise<Principal | Refusal> {
    if (!this.#hasTenants) return this.#withoutTenants(credential);
    if (credential.bearer === undefined) return MISSING;
    const principal = this.#find(credential.bearer);
    if (principal === undefined) return INVALID;
    return principal.scopes.has(scope) ? principal : lacksScope(scope);
  }

  #withoutTenants({ remoteAddress }: Credential): Principal | Refusal {
    const local = remoteAddress !== undefined && isLoopback(remoteAddress);
    if (!local && !this.#openToAll) return NOT_LOOPBACK;
    return { tenant: 'default', scopes: ALL_SCOPES, name: local ? 'loopback' : 'anyone' };
  }

  /** Compares every candidate in constant time, and one stand-in where there is none. */
  #find(token: string): Principal | undefined {
    const digest = digestOf(token);
    let found: Principal | undefined;
    for (const known of this.#keys.get(prefixOf(token)) ?? STAND_IN) {
      if (timingSafeEqual(known.digest, digest)) found = known.principal;
    }
    return isApiKey(token) ? found : undefined;
  }
}

const STAND_IN: readonly KnownKey[] = [
  { digest: NOBODY, principal: { tenant: 'default', scopes: new Set(), name: 'nobody' } },
];

const knownKeys = (tenants: readonly TenantConfig[]): ReadonlyMap<string, readonly KnownKey[]> => {
  const keys = new Map<string, KnownKey[]>();
  for (const { id, apiKeys } of tenants) {
    for (const { prefix, sha256, scopes } of apiKeys) {
      const known = {
        digest: Buffer.from(sha256, 'hex'),
        principal: { tenant: id, scopes: new Set(scopes), name: prefix },
      };
      keys.set(prefix, [...(keys.get(prefix) ?? []), known]);
    }
  }
  return keys;
};
