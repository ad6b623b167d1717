import { distance } from 'fastest-levenshtein';

/** The word that was probably meant, or undefined where none is near. Of words equally near the first. */
export const nearest = (given: string, words: Iterable<string>): string | undefined => {
  let best: { readonly word: string; readonly far: number } | undefined;
  for (const word of words) {
    const far = farness(given, word);
    if (far <= limitFor(given, word) && (best === undefined || far < best.far)) best = { word, far };
  }
  return best?.word;
};

/** Edits between two words, where swapped neighbours are one edit, and other case, `_` and `-` less than one. */
export const farness = (given: string, word: string): number => {
  if (given === word) return 0;
  if (plain(given) === plain(word)) return 0.5;
  return isSwap(given, word) ? 1 : distance(given, word);
};

const limitFor = (given: string, word: string): number =>
  Math.max(1, Math.floor(Math.max(given.length, word.length) / 3));
const plain = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, '');

const isSwap = (a: string, b: string): boolean => {
  if (a.length !== b.length) return false;
  const i = [...a].findIndex((letter, at) => letter !== b[at]);
  return i >= 0 && a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2);
};
