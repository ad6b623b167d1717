// Where a page ended, signed for one tenant and one question: whoever holds it learns and reaches nothing else.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EventFilter, PageKey } from '../sdk/index.ts';

const VERSION = '1';
const MAC_BYTES = 32;
const BASE64URL = /^[A-Za-z0-9_-]{1,1024}$/;

/** `key` is the tenant's own. */
export const writeCursor = (key: Uint8Array, filter: EventFilter, { timestampNs, eventId }: PageKey): string => {
  const payload = Buffer.from(`${VERSION} ${timestampNs} ${eventId}`);
  return Buffer.concat([sign(key, filter, payload), payload]).toString('base64url');
};

/** Undefined: it was made for another tenant or question, by another deployment, or by hand. */
export const readCursor = (key: Uint8Array, filter: EventFilter, cursor: string): PageKey | undefined => {
  if (!BASE64URL.test(cursor)) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  // Base64 has spellings that decode alike; only the one that was written is taken.
  if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== cursor) return undefined;
  const payload = bytes.subarray(MAC_BYTES);
  if (!timingSafeEqual(sign(key, filter, payload), bytes.subarray(0, MAC_BYTES))) return undefined;
  const [version, timestampNs, eventId] = payload.toString().split(' ');
  if (version !== VERSION || timestampNs === undefined || eventId === undefined) return undefined;
  return { timestampNs: BigInt(timestampNs), eventId };
};

const sign = (key: Uint8Array, filter: EventFilter, payload: Uint8Array): Buffer =>
  createHmac('sha256', key).update(questionOf(filter)).update('\0').update(payload).digest();

/** The same for the same question, whatever order its parts were given in. JSON leaves no NUL that could be taken for the end. */
const questionOf = (filter: EventFilter): string =>
  JSON.stringify(
    Object.entries(filter)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
