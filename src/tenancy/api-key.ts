import { createHash } from 'node:crypto';

const KEY_PATTERN = /^blk_[A-Za-z0-9_-]{43}$/;
const PREFIX_LENGTH = 'blk_'.length + 8;

export interface ApiKey {
  /** Shown once, stored nowhere. */
  readonly key: string;
  /** Public: by it the key is found and named in logs. */
  readonly prefix: string;
  /** What the configuration holds. */
  readonly sha256: string;
}

/** Makes a key of 32 random bytes, e.g. `createApiKey(randomBytes)`. */
export const createApiKey = (random: (bytes: number) => Buffer): ApiKey => {
  const key = `blk_${random(32).toString('base64url')}`;
  return { key, prefix: prefixOf(key), sha256: digestOf(key).toString('hex') };
};

export const isApiKey = (text: string): boolean => KEY_PATTERN.test(text);
export const prefixOf = (key: string): string => key.slice(0, PREFIX_LENGTH);
export const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();
