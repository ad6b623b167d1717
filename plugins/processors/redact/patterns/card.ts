import { marker } from '../methods.ts';

// As issuers print them: in one piece, or in groups with one kind of separator.
const SHAPE = new RegExp(
  '(?<![A-Za-z0-9_]|\\d\\.)(?:' +
    [
      '\\d{13,19}',
      '\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}(?:\\1\\d{3})?',
      '\\d{4}([ -])\\d{4}\\2\\d{4}\\2\\d{1,3}',
      '\\d{4}([ -])\\d{6}\\3\\d{4,5}',
      '\\d{4}([ -])\\d{3}\\4\\d{3}\\4\\d{3}',
      '\\d{6}[ -]\\d{13}',
      '\\d{8}[ -]\\d{8}',
    ].join('|') +
    ')(?![A-Za-z0-9_]|\\.\\d|-[0-9A-Fa-f]{4})',
  'g',
);

/** Leading digits and lengths of the networks; epoch times, snowflakes and most order numbers begin otherwise. */
const NETWORKS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2[2-7])/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0|6|8|9)/, [14, 15, 16, 17, 18, 19]],
  [/^35/, [16, 17, 18, 19]],
  [/^6/, [13, 14, 15, 16, 17, 18, 19]],
  [/^5[06-8]/, [13, 14, 15, 16, 17, 18, 19]],
];

export const isCard = (digits: string): boolean =>
  /^[2-6]\d{12,18}$/.test(digits) &&
  NETWORKS.some(([start, lengths]) => start.test(digits) && lengths.includes(digits.length)) &&
  passesLuhn(digits);

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const weighted = i % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
};

/** A group before the card must not hide it, so after a miss the search goes on behind the first digit. */
export const replaceCards = (text: string): string => {
  let result = '';
  let done = 0;
  SHAPE.lastIndex = 0;
  for (let found = SHAPE.exec(text); found !== null; found = SHAPE.exec(text)) {
    if (!isCard(found[0].replace(/[ -]/g, ''))) {
      SHAPE.lastIndex = found.index + 1;
      continue;
    }
    result += text.slice(done, found.index) + marker('card');
    done = SHAPE.lastIndex;
  }
  return done === 0 ? text : result + text.slice(done);
};
