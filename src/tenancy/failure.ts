/** A refused credential that told its tenant by what only that tenant has: a key's prefix, a signed token. */
export interface AuthenticationFailure {
  readonly type: 'authentication_failure' | 'expired_session' | 'insufficient_permission';
  readonly tenant: string;
  /** A key's prefix, or a token's subject. */
  readonly principal: string;
}
