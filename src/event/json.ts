// JSON as it comes from senders. JSON.parse, and what it leaves open, decided once:
// - a key given twice: the last one wins, as in JSON.parse;
// - integers beyond 2^53 become `RawJSON` objects (JSON.rawJSON): JSON.stringify writes their digits back exactly,
//   `Number(value.rawJSON)` rounds them; decimals stay doubles;
// - numbers that no double holds (1e400), lone surrogates, `__proto__` and a `constructor` with a `prototype` are refused;
// - NUL is a character like any other;
// - no message ever holds a value, and a path holds at most 64 characters of each key.

import { checkTree, isJsonProblem, type JsonLimits, type JsonProblem, tooDeep } from './json-tree.ts';

export { checkTree, isJsonProblem };
export type { JsonLimits, JsonProblem };

export type JsonResult = { readonly value: unknown } | JsonProblem;

/** Deeper than this no part of a text is worth reading: V8 spends 150 ns on each level, and its reviver overflows. */
const HOPELESS_DEPTH = 1000;

/** One value. Never throws, whatever the text. */
export const parseJson = (text: string, limits: JsonLimits = {}): JsonResult => {
  const parsed = parse(text);
  if (isJsonProblem(parsed)) return parsed;
  const problem = checkTree(parsed.value, limits);
  if (problem !== undefined) return problem;
  return mayHoldBigIntegers(text) ? { value: parseExactly(text) } : parsed;
};

/**
 * A text that holds several values, of which each is checked by itself: one that breaks a limit leaves its neighbours
 * alone. `select` finds them in the parsed text; undefined if it is of another form.
 */
export const parseJsonItems = (
  text: string,
  select: (value: unknown) => readonly unknown[] | undefined,
  limits: JsonLimits = {},
): readonly JsonResult[] | JsonProblem | undefined => {
  const parsed = parse(text);
  if (isJsonProblem(parsed)) return parsed;
  const problems = select(parsed.value)?.map((value) => checkTree(value, limits));
  if (problems === undefined) return undefined;
  const values = select(mayHoldBigIntegers(text) ? parseExactly(text) : parsed.value) ?? [];
  return problems.map((problem, i) => problem ?? { value: values[i] });
};

const parse = (text: string): JsonResult => {
  if (text.length > HOPELESS_DEPTH && isDeeperThan(text, HOPELESS_DEPTH)) return tooDeep('', HOPELESS_DEPTH);
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { code: 'JSON_SYNTAX', path: '', message: syntaxMessage(error) };
  }
};

// V8's own message quotes the text; only where it broke is taken from it.
const syntaxMessage = (error: unknown): string => {
  const position = / at position (\d+) \(line \d+ column \d+\)$/.exec((error as Error).message)?.[1];
  return position === undefined ? 'is not valid JSON' : `is not valid JSON: it breaks at character ${position}`;
};

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isDeeperThan = (text: string, maxDepth: number): boolean => {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      if (++depth > maxDepth) return true;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
  }
  return false;
};

/** The position of the quote that closes the string at `start`; the text's length if none does. */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
};

const DIGIT_RUN = 16;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** 2^53 has 16 digits, and of 16 characters in a row one stands at a multiple of 16: only those are looked at. */
const mayHoldBigIntegers = (text: string): boolean => {
  for (let i = DIGIT_RUN - 1; i < text.length; i += DIGIT_RUN) {
    if (isDigit(text.charCodeAt(i)) && isLongNumber(text, i)) return true;
  }
  return false;
};

/** What stands before a number: nothing, a minus, white space, or the punctuation of an array or object. */
const NUMBER_FOLLOWS: ReadonlySet<number> = new Set([
  Number.NaN,
  ...['-', ' ', '\t', '\n', '\r', ':', ',', '['].map((text) => text.charCodeAt(0)),
]);

/** Is the run of digits around `position` long enough, and where a number may begin? In strings, ids in hex are full of them. */
const isLongNumber = (text: string, position: number): boolean => {
  let start = position;
  while (start > position - DIGIT_RUN && isDigit(text.charCodeAt(start - 1))) start--;
  // It reaches back to the last look, which judged it; so each run is read once.
  if (start === position - DIGIT_RUN) return false;
  let end = position + 1;
  while (end - start < DIGIT_RUN && isDigit(text.charCodeAt(end))) end++;
  return end - start >= DIGIT_RUN && NUMBER_FOLLOWS.has(text.charCodeAt(start - 1));
};

/** In Node 24, not yet in TypeScript's library. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}
const exactJson = JSON as unknown as ExactJson;

/** Is it an integer that was kept exactly? Such values are frozen and have no parts. */
export const isRawJson = (value: unknown): boolean => exactJson.isRawJSON(value);

const INTEGER = /^-?\d+$/;

/** The digits as `parseJson` keeps them: exactly where no number holds them. Undefined for what is no integer of JSON. */
export const exactInteger = (digits: string): unknown => {
  if (!JSON_INTEGER.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : exactJson.rawJSON(digits);
};
const JSON_INTEGER = /^-?(?:0|[1-9]\d*)$/;

const keepExact = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && INTEGER.test(source)
    ? exactJson.rawJSON(source)
    : value;

/** For a text that `parse` has taken. */
const parseExactly = (text: string): unknown => exactJson.parse(text, keepExact);
