// The one reading of text, for what is stored and for what is asked. FTS5 is given words that are already parted, each a
// single token to its ascii tokenizer, so that no user's text is ever FTS5 syntax. Each word carries its tenant: the
// postings of tenants are apart, and a common word of one does not slow another's search.
import { hash } from 'node:crypto';

export const MAX_WORD_CHARS = 64;
/** An event's text beyond this is stored and returned, but not found by its words. */
export const MAX_TEXT_CHARS = 16_384;
export const MAX_WORDS = 1024;

const ASCII_ONLY = /^[\0-\x7f]*$/;
const ASCII_WORD = /[a-z0-9]+/g;
const WORD = /[\p{L}\p{N}]+/gu;
const MARKS = /\p{M}+/gu;

const split = (text: string): readonly string[] => {
  if (ASCII_ONLY.test(text)) return text.toLowerCase().match(ASCII_WORD) ?? [];
  return text.normalize('NFKD').toLowerCase().replace(MARKS, '').match(WORD) ?? [];
};

/** The distinct words of several texts, lower case, without accents. */
export const wordsOf = (texts: Iterable<string>): ReadonlySet<string> => {
  const words = new Set<string>();
  let room = MAX_TEXT_CHARS;
  for (const text of texts) {
    const taken = text.length > room ? text.slice(0, room) : text;
    room -= taken.length;
    for (const word of split(taken)) {
      words.add(word.length > MAX_WORD_CHARS ? word.slice(0, MAX_WORD_CHARS) : word);
      if (words.size === MAX_WORDS) return words;
    }
    if (room === 0) break;
  }
  return words;
};

const PREFIX_CHARS = 8;
const MAX_PREFIXES = 10_000;
const prefixes = new Map<string, string>();

const prefixOf = (tenant: string): string => {
  const known = prefixes.get(tenant);
  if (known !== undefined) return known;
  if (prefixes.size >= MAX_PREFIXES) prefixes.clear();
  const prefix = hash('sha256', tenant, 'hex').slice(0, PREFIX_CHARS);
  prefixes.set(tenant, prefix);
  return prefix;
};

/** What the text index is given for one event. */
export const indexText = (tenant: string, texts: Iterable<string>): string => {
  const prefix = prefixOf(tenant);
  let joined = '';
  for (const word of wordsOf(texts)) joined += `${prefix}${word} `;
  return joined;
};

/** An FTS5 query for events that hold all words of `text`; undefined where it has none. */
export const matchText = (tenant: string, text: string): string | undefined => {
  const words = [...wordsOf([text])];
  return words.length === 0 ? undefined : words.map((word) => `"${prefixOf(tenant)}${word}"`).join(' AND ');
};
