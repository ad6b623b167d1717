import { maskEmail } from '../methods.ts';

const AT = /@|%40/g;
const LONGEST_LOCAL = 64;
/** What cannot stand in the unquoted local part, or ends it in practice; `*` keeps a mask from being masked. */
const ENDS_LOCAL = /[\s"'`(),:;<>@[\]\\/=&?#|{}*%!$]/;
const DOMAIN = /[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/uy;
const TOP_LEVEL = /\.\p{L}{2}[^.]*$/u;
/** `icon@2x.png`, `lib@1.2.0-rc.next`: files and package versions. */
const NO_DOMAIN = /^(?:\d+x\.|v?\d+\.\d)/;

/** From each `@` outwards, so that every character is looked at a bounded number of times. */
export const replaceEmails = (text: string): string => {
  let result = '';
  let done = 0;
  for (const { 0: at, index } of text.matchAll(AT)) {
    if (index < done) continue;
    const start = startOfLocal(text, index, done);
    const domain = domainAt(text, index + at.length);
    const local = text.slice(start, index);
    if (local === '' || local === 'git' || domain === undefined) continue;
    result += text.slice(done, start) + maskEmail(local, at, domain);
    done = index + at.length + domain.length;
  }
  return done === 0 ? text : result + text.slice(done);
};

const startOfLocal = (text: string, at: number, floor: number): number => {
  let start = at;
  while (start > floor && at - start < LONGEST_LOCAL && !ENDS_LOCAL.test(text[start - 1]!)) start--;
  return isLowSurrogate(text.charCodeAt(start)) ? start + 1 : start;
};

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

const domainAt = (text: string, start: number): string | undefined => {
  DOMAIN.lastIndex = start;
  const domain = DOMAIN.exec(text)?.[0];
  return domain !== undefined && TOP_LEVEL.test(domain) && !NO_DOMAIN.test(domain) ? domain : undefined;
};
