// `password=hunter2` inside a text: log lines, query strings, form bodies, headers, and JSON that does not parse.
import { type KeyTest, takesWholeLine } from '../keys.ts';
import { isMarker, marker } from '../methods.ts';

const SEPARATOR = /=>|:=|[:=]/g;
const LONGEST_KEY = 64;
const WORD = /[\p{L}\p{N}_.-]/u;
const BARE_VALUE = /[^\s,;&"'<>)}\]\\]+/y;
const REST_OF_LINE = /[^\r\n"'\\]+/y;
const SHORTEST_OPAQUE = 16;

interface Key {
  readonly word: string;
  /** The character before it. */
  readonly before: string;
}
interface Value {
  readonly start: number;
  readonly end: number;
}

export const replaceAssignments = (text: string, isDenied: KeyTest): string => {
  let result = '';
  let done = 0;
  for (const { 0: separator, index } of text.matchAll(SEPARATOR)) {
    if (index < done) continue;
    const key = keyBefore(text, index);
    if (key === undefined || !isDenied(key.word)) continue;
    const value = valueAfter(text, index + separator.length, key, separator);
    if (value === undefined) continue;
    result += text.slice(done, value.start) + marker('assignment');
    done = value.end;
  }
  return done === 0 ? text : result + text.slice(done);
};

const keyBefore = (text: string, separator: number): Key | undefined => {
  let end = separator;
  while (separator - end < 2 && text[end - 1] === ' ') end--;
  const closing = text[end - 1];
  const quoted = closing === '"' || closing === "'";
  if (quoted || closing === ']') end--;
  while (quoted && text[end - 1] === '\\') end--;
  let start = end;
  while (start > 0 && end - start < LONGEST_KEY && WORD.test(text[start - 1]!)) start--;
  const before = text[start - 1] ?? '';
  if (start === end || (closing === ']' && before !== '[')) return undefined;
  return { word: text.slice(start, end), before };
};

const valueAfter = (text: string, from: number, key: Key, separator: string): Value | undefined => {
  // In `arn:aws:…:secret:name` and `secret://path` the word is a part of a name.
  if (separator === ':' && (key.before === ':' || text.startsWith('//', from))) return undefined;
  let start = from;
  while (start - from < 4 && (text[start] === ' ' || text[start] === '\t')) start++;
  const opening = /^\\{0,8}["']/.exec(text.slice(start, start + 9))?.[0];
  const value = opening === undefined ? bare(text, start, key) : inQuotes(text, start + opening.length, opening);
  if (value === undefined || isMarker(text.slice(value.start, value.end + 1))) return undefined;
  const prose = separator === ':' && opening === undefined && start > from && !takesWholeLine(key.word);
  return prose && isProse(text.slice(value.start, value.end)) ? undefined : value;
};

/** `token: expired` says something about a token; `password: hunter2` is one. */
const isProse = (value: string): boolean => value.length < SHORTEST_OPAQUE && /^\p{L}\p{Ll}*[.!?]?$/u.test(value);

const bare = (text: string, start: number, key: Key): Value | undefined => {
  if (isMarker(text.slice(start, start + 10))) return undefined;
  if (text[start] === '[' || text[start] === '{') return { start, end: endOfBrackets(text, start) };
  const expression = takesWholeLine(key.word) ? REST_OF_LINE : BARE_VALUE;
  expression.lastIndex = start;
  const found = expression.exec(text)?.[0];
  if (found === undefined || LITERALS.has(found.replace(CLOSING, '')) || ALREADY_REDACTED.test(found)) return undefined;
  return { start, end: start + found.length };
};

const ALREADY_REDACTED = /^(?:\w+[ \t]+)?\[redacted:\w+\]\s*$/;
/** What may stand behind a literal where the whole line is taken: the end of the JSON around it. */
const CLOSING = /[\s)}\],;]+$/;
const LITERALS = new Set(['null', 'true', 'false', 'undefined', 'None', '***']);

/** Up to the same quote with the same backslashes before it, or the end of a text that was cut. */
const inQuotes = (text: string, start: number, opening: string): Value | undefined => {
  const quote = opening.at(-1)!;
  const slashes = opening.length - 1;
  let end = text.indexOf(quote, start);
  while (end !== -1 && slashesBefore(text, end) > slashes) end = text.indexOf(quote, end + 1);
  if (end === start + slashes) return undefined;
  return { start, end: end === -1 ? text.length : end - Math.min(slashes, slashesBefore(text, end)) };
};

const slashesBefore = (text: string, at: number): number => {
  let start = at;
  while (text[start - 1] === '\\') start--;
  return at - start;
};

const endOfBrackets = (text: string, start: number): number => {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '[' || text[i] === '{') depth++;
    else if ((text[i] === ']' || text[i] === '}') && --depth === 0) return i + 1;
  }
  return text.length;
};
