// Business keys: which there are, under which spellings they are found, and what counts as the same value.
import { isLonger } from '../../../src/event/check/scalars.ts';
import { NEVER_KEYS } from '../../../src/event/business-keys.ts';

export { PRIMARY_KEYS, SECONDARY_KEYS } from '../../../src/event/business-keys.ts';

export interface KeyPolicy {
  /** By priority; each names one process instance. */
  readonly primary: readonly string[];
  /** By priority; each takes part in several processes. */
  readonly secondary: readonly string[];
  /** More places for a key: dotted paths from the event. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly pseudonyms?: KeyPseudonyms;
}

/** Keys that are personal here: group and event know their pseudonym alone. */
export interface KeyPseudonyms {
  readonly types: readonly string[];
  /** The tenant's key for pseudonyms. */
  readonly keyOf: (tenant: string) => Buffer;
}

const FOLDED: ReadonlySet<string> = new Set(['commitSha', 'artifactDigest', 'pullRequest']);

/** The value in the form in which it is hashed and kept; undefined for what names nothing. */
export const keyValueOf = (type: string, value: unknown): string | undefined => {
  const text = textOf(value)?.trim();
  if (text === undefined || text === '' || isLonger(text, MAX_VALUE_BYTES)) return undefined;
  return FOLDED.has(type) ? text.toLowerCase() : text;
};

const MAX_VALUE_BYTES = 256;
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  const digits = (value as { rawJSON?: unknown } | null | undefined)?.rawJSON;
  return typeof digits === 'string' ? digits : undefined;
};

/** `orderId`, `order_id`, `order.id`. */
export const spellingsOf = (type: string): string[] => {
  const words = type.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
  return [...new Set([type, words.join('_'), words.join('.')])];
};

const NEVER = new Set(NEVER_KEYS.map((type) => type.toLowerCase()));
/** Keys that join what does not belong together, or are personal, whatever their letters' case. */
export const isNeverGroup = (type: string): boolean => NEVER.has(type.toLowerCase());

/** Places that hold who did it: a group made of them would be a person's. */
const PERSONAL = /^actor\.(id|name|email|ip|userAgent|onBehalfOf)(\.|$)/;
export const isPersonalPath = (path: string): boolean => PERSONAL.test(path);
