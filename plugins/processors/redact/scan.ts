// One pass over a string's characters that says which patterns could match at all; most strings need none.

export const GATE = {
  /** A run of 16 or more word characters that is not plain hexadecimal: no UUID, trace id or SHA. */
  token: 1,
  /** 13 or more digits, spaces and dashes between them not counted. */
  digits: 2,
  at: 4,
  plus: 8,
  /** `=`, or a colon behind a word or a quote. */
  assignment: 16,
  percent: 32,
  scheme: 64,
  dashes: 128,
  json: 256,
} as const;

export const ALL_GATES = 511;
const SHORTEST_SECRET = 6;
const LONG_RUN = 16;
const CARD_DIGITS = 13;

const OTHER = 0;
const HEX = 1;
const LETTER = 2;
const DIGIT = 3;
const DASH = 4;
const UNDERSCORE = 5;
const SPACE = 6;
const COLON = 7;
const PLUS = 8;
const FLAG = 9;

const KIND = new Uint8Array(128);
const FLAGS = new Uint16Array(128);
const mark = (characters: string, kind: number, gate = 0): void => {
  for (const character of characters) {
    KIND[character.charCodeAt(0)] = kind;
    FLAGS[character.charCodeAt(0)] = gate;
  }
};
mark('abcdefABCDEF', HEX);
mark('ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ', LETTER);
mark('0123456789', DIGIT);
mark('-', DASH);
mark('_', UNDERSCORE);
mark(' ', SPACE);
mark(':', COLON);
mark('+', PLUS);
mark('@', FLAG, GATE.at);
mark('=', FLAG, GATE.assignment);
mark('%', FLAG, GATE.percent);

/** The gates that `text` opens; 0 for most. */
export const scan = (text: string): number => {
  const length = text.length;
  if (length < SHORTEST_SECRET) return 0;
  let gates = opensJson(text.charCodeAt(0)) ? GATE.json : 0;
  let run = 0;
  let beyondHex = 0;
  let digits = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? KIND[code]! : OTHER;
    if (kind <= UNDERSCORE && kind !== OTHER) {
      run++;
      if (kind === DIGIT) {
        if (++digits === CARD_DIGITS) gates |= GATE.digits;
      } else if (kind === DASH) {
        if (fifthDash(text, i)) gates |= GATE.dashes;
      } else {
        digits = 0;
        beyondHex |= kind & ~HEX;
      }
      continue;
    }
    if (run >= LONG_RUN && beyondHex !== 0) gates |= GATE.token;
    run = 0;
    beyondHex = 0;
    if (kind === SPACE) {
      if (endsScheme(text, i)) gates |= GATE.scheme;
      continue;
    }
    digits = 0;
    if (kind === OTHER) continue;
    if (kind === FLAG) gates |= FLAGS[code]!;
    else if (kind === COLON) gates |= colonGate(text, i);
    else if (isDigit(text.charCodeAt(i + 1))) gates |= GATE.plus;
  }
  if (run >= LONG_RUN && beyondHex !== 0) gates |= GATE.token;
  return gates;
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** `{`, `[`, `"` or white space before one of them. */
const opensJson = (code: number): boolean =>
  code === 123 || code === 91 || code === 34 || code === 32 || code === 10 || code === 13 || code === 9;

const fifthDash = (text: string, at: number): boolean =>
  text.charCodeAt(at - 1) === 45 && at >= 4 && text.charCodeAt(at - 2) === 45 && text.charCodeAt(at - 4) === 45;

/** True at the space behind `bearer` and `basic`, by their last letters. */
const endsScheme = (text: string, at: number): boolean => {
  const last = text.charCodeAt(at - 1) | 32;
  if (last === 114) return (text.charCodeAt(at - 2) | 32) === 101 && (text.charCodeAt(at - 3) | 32) === 114;
  return last === 99 && (text.charCodeAt(at - 2) | 32) === 105 && (text.charCodeAt(at - 3) | 32) === 115;
};

/** A time's colon follows a digit and a URL's precedes a slash; neither can assign a secret. */
const colonGate = (text: string, at: number): number => {
  const before = text.charCodeAt(at - 1);
  if (at === 0 || isDigit(before)) return 0;
  return text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47 ? 0 : GATE.assignment;
};
