// What becomes of a value that must not be kept. Each method applied to its own result changes nothing.
import { pseudonym } from '../../../src/sdk/index.ts';
import { maskIp } from './ip.ts';

export const METHODS = ['drop', 'mask', 'hash', 'truncate', 'keep'] as const;
export type Method = (typeof METHODS)[number];

export const marker = (rule: string): string => `[redacted:${rule}]`;
export const isMarker = (text: string): boolean => text.startsWith('[redacted:');

/** `alice@example.com` becomes `a***@example.com`; `at` is the `@` as it was written. */
export const maskEmail = (local: string, at: string, domain: string): string =>
  `${String.fromCodePoint(local.codePointAt(0) ?? 42)}***${at}${domain}`;

/** Keeps the plus, two digits at either end and the punctuation. */
export const maskPhone = (text: string): string => {
  const total = text.replace(/\D/g, '').length;
  let seen = 0;
  return text.replace(/\d/g, (digit) => {
    seen++;
    return seen <= 2 || seen > total - 2 ? digit : '*';
  });
};

/** Keeps the first character, the punctuation and the length. */
const maskText = (text: string): string => {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 42);
  return first + text.slice(first.length).replace(/[\p{L}\p{N}]/gu, '*');
};

/** The mask that fits the value's shape. */
export const mask = (text: string): string => {
  const ip = maskIp(text);
  if (ip !== undefined) return ip;
  const at = text.indexOf('@');
  if (at <= 0) return maskText(text);
  return text.slice(0, at).endsWith('***') ? text : maskEmail(text, '@', text.slice(at + 1));
};

/** Joinable inside the tenant whose key it is, meaningless outside. */
export const hash = pseudonym;

/** At most `max` characters, never half a surrogate pair. */
export const truncate = (text: string, max: number): string => {
  if (text.length <= max) return text;
  return text
    .slice(0, max)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
};
