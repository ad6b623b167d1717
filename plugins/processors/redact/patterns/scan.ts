// One pass over a string's characters that says which patterns could match at all; most strings need none.
// Its inner loop has no branch that depends on letters and digits: those cannot be predicted and cost more than the rest.

export const GATE = {
  /** A run of 16 or more word characters, upper case or `_` among them, and not plain hexadecimal. */
  token: 1,
  /** The same without upper case and `_`: the names of pods and services, and a few vendors' tokens. */
  kebab: 2,
  /** 13 or more digits, spaces and dashes between them not counted. */
  digits: 4,
  at: 8,
  plus: 16,
  /** `=` or a colon, behind what ends like a key that names a secret. */
  assignment: 32,
  percent: 64,
  scheme: 128,
  dashes: 256,
  json: 512,
} as const;

/** The gates that a text opens; 0 for most. */
export type Scan = (text: string) => number;

const SHORTEST_SECRET = 6;
const LONG_RUN = 16;
const CARD_DIGITS = 13;
const PEM_DASHES = 5;

// A character's entry: flags in the low bits, then its counts of digits and dashes.
const ENDS_RUN = 1;
const BEYOND_HEX = 2;
const TELLING = 4;
const SPECIAL = 8;
const ONE_DIGIT = 1 << 16;
const ONE_DASH = 1 << 24;

const TABLE = new Int32Array(65_536).fill(ENDS_RUN);
const mark = (characters: string, entry: number): void => {
  for (const character of characters) TABLE[character.charCodeAt(0)] = entry;
};
mark('abcdef', 0);
mark('ghijklmnopqrstuvwxyz', BEYOND_HEX);
mark('ABCDEF', TELLING);
mark('GHIJKLMNOPQRSTUVWXYZ_', BEYOND_HEX | TELLING);
mark('0123456789', ONE_DIGIT);
mark('-', ONE_DASH);
mark(' @=%+:', ENDS_RUN | SPECIAL);

/** `endings`: the last letters of the keys that name a secret. */
export const createScan = (endings: Endings): Scan => {
  const gateOf = (text: string, code: number, at: number): number => {
    if (code === 32) return endsScheme(text, at) ? GATE.scheme : 0;
    if (code === 58 || code === 61) return endings.mayEndAt(text, at) ? GATE.assignment : 0;
    if (code === 43) return isDigit(text.charCodeAt(at + 1)) ? GATE.plus : 0;
    return code === 64 ? GATE.at : GATE.percent;
  };

  return (text) => {
    const length = text.length;
    if (length < SHORTEST_SECRET) return 0;
    let gates = mayBeJson(text.charCodeAt(0)) ? GATE.json : 0;
    let start = 0;
    let flags = 0;
    let counts = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      const entry = TABLE[code]!;
      flags |= entry;
      counts += entry >>> 16;
      if ((entry & ENDS_RUN) === 0) continue;
      if (i - start >= LONG_RUN) gates |= runGate(flags);
      start = i + 1;
      flags = 0;
      if ((entry & SPECIAL) !== 0) gates |= gateOf(text, code, i);
    }
    if (length - start >= LONG_RUN) gates |= runGate(flags);
    if ((counts & 0xff) + (counts >>> 8) < PEM_DASHES) return gates;
    return gates | countedGates(text, counts);
  };
};

const runGate = (flags: number): number => {
  if ((flags & BEYOND_HEX) === 0) return 0;
  return (flags & TELLING) === 0 ? GATE.kebab : GATE.token;
};

/** Counts of a whole text say little; only where they are high enough is it looked at again. */
const countedGates = (text: string, counts: number): number => {
  const dashes = counts >>> 8 >= PEM_DASHES && text.includes('-----') ? GATE.dashes : 0;
  const digits = counts >= CARD_DIGITS && hasDigitRun(text) ? GATE.digits : 0;
  return dashes | digits;
};

const hasDigitRun = (text: string): boolean => {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) {
      if (++digits === CARD_DIGITS) return true;
    } else if (code !== 45 && code !== 32) digits = 0;
  }
  return false;
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** `{`, `[`, `"`, or white space before one of them. */
const mayBeJson = (code: number): boolean => code === 123 || code === 91 || (code <= 34 && code !== 33);

/** True at the space behind `bearer` and `basic`, by their last letters. */
const endsScheme = (text: string, at: number): boolean => {
  const last = text.charCodeAt(at - 1) | 32;
  if (last === 114) return (text.charCodeAt(at - 2) | 32) === 101 && (text.charCodeAt(at - 3) | 32) === 114;
  return last === 99 && (text.charCodeAt(at - 2) | 32) === 105 && (text.charCodeAt(at - 3) | 32) === 115;
};

/** The last three letters of words, without case; may be wrong in one direction only. */
export interface Endings {
  mayEndAt(text: string, at: number): boolean;
}

export const endingsOf = (words: Iterable<string>): Endings => {
  const known = new Uint8Array(32_768);
  for (const word of words) {
    for (const ending of spellings(word.slice(-3))) known[endingAt(ending, ending.length)] = 1;
  }
  return {
    mayEndAt: (text, at) => {
      let end = at;
      while (end > 0 && isPunctuation(text.charCodeAt(end - 1))) end--;
      return end > 0 && known[endingAt(text, end)] === 1;
    },
  };
};

/** The ends of a word as it may be written: `lid` as in `nationalid`, `national_id` and `nationali.d`. */
const spellings = (ending: string): readonly string[] => [
  ending,
  ...['_', '-', '.'].flatMap((gap) => [gap + ending.slice(-2), ending.at(-2) + gap + ending.at(-1)]),
];

const endingAt = (text: string, end: number): number =>
  ((text.charCodeAt(end - 3) & 31) << 10) | ((text.charCodeAt(end - 2) & 31) << 5) | (text.charCodeAt(end - 1) & 31);

/** What may stand between a key and its separator: a blank, a quote, a bracket, a backslash. */
const isPunctuation = (code: number): boolean =>
  code === 32 || code === 34 || code === 39 || code === 92 || code === 93;
