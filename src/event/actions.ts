import type { Category } from './schema.ts';

/** The twelve actions that need no registration, each with the one category it may stand under. */
export const BUILT_IN_ACTIONS: ReadonlyMap<string, Category> = new Map<string, Category>([
  ['checkout_started', 'business'],
  ['payment_authorized', 'business'],
  ['order_failed', 'business'],
  ['request_received', 'system'],
  ['downstream_timeout', 'system'],
  ['db_error', 'system'],
  ['pr_merged', 'delivery'],
  ['deploy_completed', 'delivery'],
  ['rollback_initiated', 'delivery'],
  ['permission_denied', 'security'],
  ['role_changed', 'security'],
  ['unauthorized_access', 'security'],
]);

/** The prefix under which any sender may name actions of its own. */
export const EXTENSION_PREFIX = 'x.';
