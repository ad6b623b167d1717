// Events hold what strangers sent. On a terminal a control character is a command, so none gets there.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** Control and format characters (escape sequences, direction marks) as `\u{…}`. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** At most `width` characters, the last one an ellipsis where something is missing. */
export const fit = (text: string, width: number): string => {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`;
};

/** Filled with blanks to `width`. */
export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - [...text].length));
