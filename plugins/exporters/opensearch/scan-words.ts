// The words of one sealed line, read from its bytes: parsing a line costs more than all else that is done to it here.
import { MAX_WORD_CHARS, wordsOf } from './words.ts';

/** Words of an event beyond this are stored and returned, but not found. */
export const MAX_WORDS_BYTES = 16_384;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
const NON_ASCII = 0x80;

/** Lower case of ASCII letters and digits, 0 for every other byte. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  return /[0-9A-Za-z]/.test(char) ? char.toLowerCase().charCodeAt(0) : 0;
});

type Wanted = 'all' | ReadonlySet<string>;
const ALL: Wanted = 'all';
/** The members whose strings are found: the member itself, some of its own members, or all that it holds. */
const SECTIONS: ReadonlyMap<string, Wanted> = new Map<string, Wanted>([
  ['action', ALL],
  ['description', ALL],
  ['actor', new Set(['id', 'name'])],
  ['object', new Set(['id', 'name'])],
  ['service', new Set(['name'])],
  ['error', new Set(['message'])],
  ['data', ALL],
  ['attributes', ALL],
]);
const MEMBERS: ReadonlySet<string> = new Set(['id', 'name', 'message']);

const asciiKeys = (keys: Iterable<string>): ReadonlyMap<number, readonly (readonly [Buffer, string])[]> => {
  const byLength = new Map<number, [Buffer, string][]>();
  for (const key of keys) byLength.set(key.length, [...(byLength.get(key.length) ?? []), [Buffer.from(key), key]]);
  return byLength;
};
const SECTION_KEYS = asciiKeys(SECTIONS.keys());
const MEMBER_KEYS = asciiKeys(MEMBERS);

/** Which of the known keys stands there; undefined for any other. */
const keyAt = (keys: typeof SECTION_KEYS, line: Uint8Array, start: number, end: number): string | undefined => {
  for (const [bytes, key] of keys.get(end - start) ?? []) {
    let i = 0;
    while (i < bytes.length && bytes[i] === line[start + i]) i++;
    if (i === bytes.length) return key;
  }
  return undefined;
};

/**
 * Writes the words of the line at `start` to `end` of `line` into `target` from `offset`, parted by spaces, and returns
 * where they end. `target` has room for `MAX_WORDS_BYTES`. The line is compact JSON.
 */
export const scanWords = (line: Buffer, start: number, end: number, target: Buffer, offset: number): number => {
  const limit = offset + MAX_WORDS_BYTES;
  let at = offset;
  let depth = 0;
  let section: Wanted | undefined;
  let wanted = false;
  for (let i = start; i < end; i++) {
    const byte = line[i]!;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (byte === QUOTE) {
      const from = i + 1;
      let plain = true;
      for (i = from; line[i] !== QUOTE; i++) {
        if (line[i] === BACKSLASH) {
          plain = false;
          i++;
        } else if (line[i]! >= NON_ASCII) plain = false;
      }
      if (line[i + 1] === COLON) {
        if (depth === 1) {
          section = SECTIONS.get(keyAt(SECTION_KEYS, line, from, i) ?? '');
          wanted = section === ALL;
        } else if (depth === 2 && section !== undefined && section !== ALL) {
          wanted = section.has(keyAt(MEMBER_KEYS, line, from, i) ?? '');
        }
        i++;
      } else if (wanted && at < limit) {
        at = plain ? writePlain(line, from, i, target, at, limit) : writeFolded(line, from, i, target, at, limit);
      }
    }
  }
  return at;
};

/** Between the quotes there is ASCII without escapes. A word that the limit cuts is left out. */
const writePlain = (line: Buffer, from: number, to: number, target: Buffer, start: number, limit: number): number => {
  let at = start;
  let wordStart = start;
  for (let i = from; i < to; i++) {
    const lower = LOWER[line[i]!]!;
    if (lower !== 0) {
      if (at - wordStart < MAX_WORD_CHARS) {
        if (at + 1 >= limit) return wordStart;
        target[at++] = lower;
      }
    } else if (at !== wordStart) {
      target[at++] = SPACE;
      wordStart = at;
    }
  }
  if (at !== wordStart) target[at++] = SPACE;
  return at;
};

const writeFolded = (line: Buffer, from: number, to: number, target: Buffer, start: number, limit: number): number => {
  let at = start;
  const text = JSON.parse(line.toString('utf8', from - 1, to + 1)) as string;
  for (const word of wordsOf(text.slice(0, MAX_WORDS_BYTES))) {
    if (at + Buffer.byteLength(word) + 1 > limit) break;
    at += target.write(word, at);
    target[at++] = SPACE;
  }
  return at;
};
