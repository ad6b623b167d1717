// The one reading of text, for what is stored and for what is asked: the server is given words that are already parted,
// so that a user's text is never query syntax, and no analyzer has to be installed.

export const MAX_WORD_CHARS = 64;

const WORD = /[\p{L}\p{N}]+/gu;
const MARKS = /\p{M}+/gu;

/** Words of letters and digits, lower case, without accents. */
export const wordsOf = (text: string): readonly string[] =>
  (text.normalize('NFKD').toLowerCase().replace(MARKS, '').match(WORD) ?? []).map((word) =>
    word.length > MAX_WORD_CHARS ? word.slice(0, MAX_WORD_CHARS).toWellFormed() : word,
  );
