/** An attempt that was refused, to be told as a `security` event of the tenant whose credential made it. */
export interface Violation {
  readonly type:
    | 'cross_tenant_access'
    | 'authentication_failure'
    | 'expired_session'
    | 'insufficient_permission'
    | 'invalid_token'
    | 'unauthenticated_access';
  /** The credential's, never the one that was named. */
  readonly tenant: string;
  /** The name of who it was (`Principal.name`). */
  readonly principal: string;
  /** The component that refused it. */
  readonly component: string;
  readonly request?: { readonly method?: string; readonly path?: string; readonly statusCode?: number };
}

/** Tells of a violation; bounded for each tenant and principal, so that nobody can flood by it. Never throws. */
export type ReportViolation = (violation: Violation) => void;
