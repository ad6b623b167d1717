import type { Principal } from '../../sdk/index.ts';

/** What a bearer token turns out to be. `expired` is one that was good: its signature is the issuer's. */
export type TokenVerdict =
  | { readonly is: 'valid'; readonly principal: Principal }
  | { readonly is: 'expired'; readonly principal: Principal }
  | { readonly is: 'invalid' }
  | { readonly is: 'unavailable' };

export interface TokenVerifier {
  /** Never rejects. `unavailable`: the keys that it would be judged by could not be read for too long. */
  verify(token: string): Promise<TokenVerdict>;
  close(): void;
}
