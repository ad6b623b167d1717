// What JSON may hold and jsonb may not: NUL, and halves of surrogate pairs. Only `doc` is cleaned, and its row is marked;
// `line` keeps what was sealed.

const REPLACEMENT = '\\ufffd';
/** A pair, which is whole; any other code unit; any other escape, so that an escaped backslash is passed over. */
const ESCAPES = /\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\u([0-9a-f]{4})|\\./gis;

const STARTS = ['\\u0000', '\\ud', '\\uD'].map((text) => Buffer.from(text));

/** Whether cleaning may be needed somewhere in the bytes; a scan, so that a batch without any costs next to nothing. */
export const mayNeedCleaning = (bytes: Buffer): boolean => STARTS.some((start) => bytes.includes(start));

/** The JSON text with U+FFFD for each; undefined where there is nothing to clean. */
export const cleanJson = (json: string): string | undefined => {
  const cleaned = json.replaceAll(ESCAPES, (escape, hex: string | undefined) =>
    hex !== undefined && isUnstorable(Number.parseInt(hex, 16)) ? REPLACEMENT : escape,
  );
  return cleaned === json ? undefined : cleaned;
};

const isUnstorable = (unit: number): boolean => unit === 0 || (unit >= 0xd800 && unit <= 0xdfff);

/** The same for a text that is asked for. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
