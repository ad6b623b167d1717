import { timingSafeEqual } from 'node:crypto';
import type { TenantConfig } from '../config/checked-config.ts';
import { type Authenticator, type Credential, type Principal, type Refusal, type Scope, SCOPES } from '../sdk/index.ts';
import { digestOf, isApiKey, prefixOf } from './api-key.ts';
import { createDirectory, type Directory, type KnownKey } from './directory.ts';
import type { AuthenticationFailure } from './failure.ts';
import type { TokenVerifier } from './jwt/verifier.ts';
import { isLoopback } from './loopback.ts';

export interface TenantSecurityOptions {
  readonly tenants: readonly TenantConfig[];
  /** Without tenants: whoever reaches a listener is the tenant `default`, not only this machine. */
  readonly openToAll: boolean;
  /** Without a credential nobody is served, also while there are no tenants yet; as there are tenants, if absent. */
  readonly asksForCredentials?: boolean;
  /** The present, for keys that expire. */
  readonly nowMs?: () => number;
  readonly tokens?: TokenVerifier | undefined;
  /** Told of refused credentials whose tenant is known. */
  readonly onFailure?: ((failure: AuthenticationFailure) => void) | undefined;
}

const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES);
/** What an unknown key is compared with, so that it costs what a known prefix costs. */
const NOBODY = Buffer.alloc(32);
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

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
const UNKNOWN_PEER: Refusal = {
  status: 401,
  code: 'AUTH_INVALID',
  message: 'no name of this certificate is a tenant’s',
};
const INVALID: Refusal = { status: 401, code: 'AUTH_INVALID', message: 'this API key opens nothing' };
const INVALID_TOKEN: Refusal = { status: 401, code: 'AUTH_INVALID', message: 'this token opens nothing' };
const EXPIRED: Refusal = {
  status: 401,
  code: 'AUTH_EXPIRED',
  message: 'this credential has expired: send a newer one',
};
const NO_KEYS: Refusal = {
  status: 503,
  code: 'AUTH_UNAVAILABLE',
  message: 'the keys of the token’s issuer cannot be read; send it again later',
};
const lacksScope = (scope: Scope): Refusal => ({
  status: 403,
  code: 'AUTH_SCOPE',
  message: `this credential lacks the scope ${scope}`,
});

/** Credentials to tenants: API keys, which are known by their SHA-256 only, tokens, and certificates' names. */
export class TenantSecurityService implements Authenticator {
  #directory: Directory;
  readonly #options: TenantSecurityOptions;
  readonly #asks: boolean;

  constructor(options: TenantSecurityOptions) {
    // Kept without the tenants: they are in the directory, and it may be replaced.
    this.#options = { ...options, tenants: [] };
    this.#directory = createDirectory(options.tenants);
    this.#asks = options.asksForCredentials ?? options.tenants.length > 0;
  }

  /** From now on these are the tenants, and no others. */
  replace(tenants: readonly TenantConfig[]): void {
    this.#directory = createDirectory(tenants);
  }

  /** Is this a tenant? Where nobody is asked for a credential every name is. */
  knows(tenant: string): boolean {
    return !this.#asks || this.#directory.ids.has(tenant);
  }

  /** Who it is, if the credential carries `scope`. A bearer token goes before a certificate. */
  async authenticate(credential: Credential, scope: Scope): Promise<Principal | Refusal> {
    if (!this.#asks) return this.#withoutTenants(credential);
    const { bearer, peerNames = [] } = credential;
    const found = bearer === undefined ? this.#byName(peerNames) : await this.#byToken(bearer);
    if ('status' in found || found.scopes.has(scope)) return found;
    this.#failed('insufficient_permission', found);
    return lacksScope(scope);
  }

  #withoutTenants({ remoteAddress }: Credential): Principal | Refusal {
    const local = remoteAddress !== undefined && isLoopback(remoteAddress);
    if (!local && !this.#options.openToAll) return NOT_LOOPBACK;
    return { tenant: 'default', scopes: ALL_SCOPES, name: local ? 'loopback' : 'anyone' };
  }

  /** A certificate whose names are two tenants' is neither's. */
  #byName(names: readonly string[]): Principal | Refusal {
    if (names.length === 0) return MISSING;
    const found = names.flatMap((name) => this.#directory.names.get(name) ?? []);
    const [first] = found;
    return first !== undefined && found.every(({ tenant }) => tenant === first.tenant) ? first : UNKNOWN_PEER;
  }

  async #byToken(bearer: string): Promise<Principal | Refusal> {
    const { tokens } = this.#options;
    return tokens !== undefined && TOKEN.test(bearer) ? this.#byJwt(bearer, tokens) : this.#byKey(bearer);
  }

  async #byJwt(bearer: string, tokens: TokenVerifier): Promise<Principal | Refusal> {
    const verdict = await tokens.verify(bearer);
    if (verdict.is === 'unavailable') return NO_KEYS;
    if (verdict.is === 'invalid' || !this.#directory.ids.has(verdict.principal.tenant)) return INVALID_TOKEN;
    if (verdict.is === 'valid') return verdict.principal;
    this.#failed('expired_session', verdict.principal);
    return EXPIRED;
  }

  /** Compares every candidate in constant time, and one stand-in where there is none. */
  #byKey(token: string): Principal | Refusal {
    const digest = digestOf(token);
    const candidates = this.#directory.keys.get(prefixOf(token)) ?? STAND_IN;
    let found: KnownKey | undefined;
    for (const known of candidates) if (timingSafeEqual(known.digest, digest)) found = known;
    if (found === undefined || found.isRevoked || !isApiKey(token)) {
      const { principal } = found ?? candidates[0]!;
      if (candidates !== STAND_IN) this.#failed('authentication_failure', principal);
      return INVALID;
    }
    if (found.expiresMs > (this.#options.nowMs?.() ?? Number.NEGATIVE_INFINITY)) return found.principal;
    this.#failed('expired_session', found.principal);
    return EXPIRED;
  }

  #failed(type: AuthenticationFailure['type'], { tenant, name }: Principal): void {
    this.#options.onFailure?.({ type, tenant, principal: name });
  }
}

const STAND_IN: readonly KnownKey[] = [
  {
    digest: NOBODY,
    principal: { tenant: 'default', scopes: new Set(), name: 'nobody' },
    expiresMs: 0,
    isRevoked: true,
  },
];
