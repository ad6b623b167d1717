// A UUID in its canonical text form to 16 bytes and back, without a string a byte.
const DASHES = [8, 13, 18, 23];
const TEXT_LENGTH = 36;
const NOT_HEX = 0xff;

/** Where the two digits of each byte stand in the text. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const VALUE_OF = new Uint8Array(128).fill(NOT_HEX);
for (let digit = 0; digit < 16; digit++) VALUE_OF[digit.toString(16).charCodeAt(0)] = digit;

/** Throws a RangeError for anything but the canonical lower-case form: the round trip must give the same text. */
export const encodeUuid = (text: string, target: Uint8Array, at: number): void => {
  let seen = text.length === TEXT_LENGTH && DASHES.every((dash) => text.charCodeAt(dash) === 0x2d) ? 0 : NOT_HEX;
  for (let i = 0; i < 16; i++) {
    const digits = DIGITS_AT[i]!;
    const high = VALUE_OF[text.charCodeAt(digits)] ?? NOT_HEX;
    const low = VALUE_OF[text.charCodeAt(digits + 1)] ?? NOT_HEX;
    seen |= high | low;
    target[at + i] = (high << 4) | low;
  }
  if (seen > 0x0f) throw new RangeError('an event id is not a UUID in its canonical form');
};

export const decodeUuid = (source: Uint8Array, at: number): string => {
  let text = '';
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += HEX[source[at + i]!]!;
  }
  return text;
};
