// Tokens of the configured issuers to tenants. What a token's header says of keys (jku, x5u, jwk) is never followed.
import { createHash } from 'node:crypto';
import type * as JoseModule from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { JwtIssuerConfig } from '../../config/checked-config.ts';
import { instantToMs, type Clock } from '../../event/time.ts';
import { type Principal, SCOPES, type Scope } from '../../sdk/index.ts';
import type { IssuerKeys, KeySet } from './issuer-keys.ts';
import type { TokenVerdict, TokenVerifier } from './verifier.ts';

export interface Issuer {
  readonly config: JwtIssuerConfig;
  readonly keys: IssuerKeys;
}

export interface VerifierOptions {
  readonly issuers: readonly Issuer[];
  readonly clock: Clock;
}

interface Kept {
  readonly principal: Principal;
  readonly issuer: Issuer;
  readonly version: number;
  readonly untilMs: number;
}

const MAX_KEPT = 10_000;
const MAX_TOKEN_CHARS = 16 * 1024;
/** An actor's id takes 256 bytes; a character that is cut in two becomes three. */
const MAX_NAME_BYTES = 252;
const INVALID: TokenVerdict = { is: 'invalid' };

export const createVerifier = ({ issuers, clock }: VerifierOptions): TokenVerifier => {
  // By the token's digest: the token itself is kept nowhere.
  const kept = new LRUCache<string, Kept>({ max: MAX_KEPT });
  const nowMs = (): number => instantToMs(clock.now());

  const judge = async (token: string, digest: string): Promise<TokenVerdict> => {
    const jose = await import('jose');
    const issuer = issuerOf(jose.decodeJwt, token, issuers);
    if (issuer === undefined) return INVALID;
    let set = await issuer.keys.current();
    if (set === undefined) return { is: 'unavailable' };
    let judged = await verifyWith(jose, { token, issuer, set, nowMs: nowMs() });
    if (judged === 'unknown_key') {
      set = await issuer.keys.newer(set);
      judged = set === undefined ? INVALID : await verifyWith(jose, { token, issuer, set, nowMs: nowMs() });
    }
    if (judged === 'unknown_key' || set === undefined) return INVALID;
    if (judged.is === 'valid') {
      const { principal, untilMs } = judged;
      kept.set(digest, { principal, issuer, version: set.version, untilMs });
    }
    return judged;
  };

  /** A verdict stands until the token expires, as long as its issuer's keys are the same and may still be used. */
  const recall = async (digest: string): Promise<TokenVerdict | undefined> => {
    const found = kept.get(digest);
    if (found === undefined) return undefined;
    const set = await found.issuer.keys.current();
    if (set?.version === found.version && found.untilMs > nowMs()) return { is: 'valid', principal: found.principal };
    kept.delete(digest);
    return undefined;
  };

  return {
    verify: async (token) => {
      if (token.length > MAX_TOKEN_CHARS) return INVALID;
      const digest = createHash('sha256').update(token).digest('base64');
      return (await recall(digest)) ?? judge(token, digest);
    },
    close: () => kept.clear(),
  };
};

type Jose = typeof JoseModule;

/** By a claim that is not proved yet: it only chooses whose keys the token must stand up to. */
const issuerOf = (decode: Jose['decodeJwt'], token: string, issuers: readonly Issuer[]): Issuer | undefined => {
  try {
    const { iss } = decode(token);
    return issuers.find(({ config }) => config.issuer === iss);
  } catch {
    return undefined;
  }
};

interface Judging {
  readonly token: string;
  readonly issuer: Issuer;
  readonly set: KeySet;
  readonly nowMs: number;
}
type Judged = (TokenVerdict & { readonly is: 'invalid' | 'expired' | 'unavailable' }) | ValidUntil | 'unknown_key';
interface ValidUntil {
  readonly is: 'valid';
  readonly principal: Principal;
  readonly untilMs: number;
}

const verifyWith = async (jose: Jose, { token, issuer: { config }, set, nowMs }: Judging): Promise<Judged> => {
  const getKey: JWTVerifyGetKey = jose.createLocalJWKSet(set.keys);
  try {
    const { payload } = await jose.jwtVerify(token, getKey, {
      issuer: config.issuer,
      audience: [...config.audience],
      algorithms: [...config.algorithms],
      requiredClaims: ['iss', 'aud', 'exp'],
      clockTolerance: config.clockSkewMs / 1000,
      currentDate: new Date(nowMs),
    });
    const principal = principalOf(payload, config);
    if (principal === undefined) return { is: 'invalid' };
    return { is: 'valid', principal, untilMs: payload.exp! * 1000 + config.clockSkewMs };
  } catch (error) {
    if (error instanceof jose.errors.JWKSNoMatchingKey) return 'unknown_key';
    if (!(error instanceof jose.errors.JWTExpired)) return { is: 'invalid' };
    // The signature, the issuer and the audience were proved before the time was looked at.
    const principal = principalOf(error.payload, config);
    return principal === undefined ? { is: 'invalid' } : { is: 'expired', principal };
  }
};

const principalOf = (payload: JWTPayload, config: JwtIssuerConfig): Principal | undefined => {
  const tenant = payload[config.tenantClaim];
  if (typeof tenant !== 'string' || config.tenants?.includes(tenant) === false) return undefined;
  const name = payload.sub === undefined || payload.sub === '' ? config.issuer : payload.sub;
  return {
    tenant,
    scopes: scopesOf(payload[config.scopesClaim]),
    name: Buffer.from(name).subarray(0, MAX_NAME_BYTES).toString(),
  };
};

/** Those that mean something here, of a text with blanks or a list. */
const scopesOf = (claim: unknown): ReadonlySet<Scope> => {
  const named = new Set<unknown>(typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []);
  return new Set(SCOPES.filter((scope) => named.has(scope)));
};
