import { createHmac } from 'node:crypto';

const PSEUDONYM = /^hash:[0-9a-f]{32}$/;

/**
 * What stands for a value that must not be readable: `hash:` and the first 128 bits of its HMAC-SHA-256 in hex.
 * `key` is the tenant's (`KeyRing.pseudonymKey`): the same value is the same pseudonym inside the tenant, and means
 * nothing outside. A pseudonym stays what it is.
 *
 * @example pseudonym('order-42', keys.pseudonymKey('acme')) // 'hash:5f0c…'
 */
export const pseudonym = (text: string, key: Buffer): string =>
  PSEUDONYM.test(text) ? text : `hash:${createHmac('sha256', key).update(text).digest('hex').slice(0, 32)}`;
