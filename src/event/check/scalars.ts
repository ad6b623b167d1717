import type { z } from 'zod';
import { report, type Check, type Findings } from './findings.ts';
import { kindOf, mustBe } from './kinds.ts';
import { rulesOf, type Rules } from './rules.ts';

export const anything: Check = () => {};

export const checkNull: Check = (value, findings) => {
  if (value !== null) report(findings, 'EVENT_FIELD_TYPE', mustBe('null'));
};

export const checkBoolean: Check = (value, findings) => {
  if (typeof value !== 'boolean') report(findings, 'EVENT_FIELD_TYPE', mustBe('boolean'));
};

export const compileEnum = (schema: z.core.$ZodEnum): Check => {
  const allowed = new Set<unknown>(Object.values(schema._zod.def.entries));
  const words = `must be one of ${[...allowed].join(', ')}`;
  return (value, findings) => {
    if (allowed.has(value)) return;
    if (typeof value === 'string') report(findings, 'EVENT_FIELD_ENUM', words);
    else report(findings, 'EVENT_FIELD_TYPE', `${mustBe('string')}, ${words.slice('must be '.length)}`);
  };
};

export const compileString = ({ maxBytes, patterns, maxItems }: Rules): Check => {
  if (maxItems !== Infinity) throw new TypeError('the event schema limits a text in characters: use maxBytes');
  return (value, findings) => {
    if (typeof value !== 'string') return report(findings, 'EVENT_FIELD_TYPE', mustBe('string'));
    if (isLonger(value, maxBytes))
      return report(findings, 'EVENT_FIELD_TOO_LONG', `must be at most ${maxBytes} bytes of UTF-8`);
    for (const pattern of patterns)
      if (!pattern.test(value)) report(findings, 'EVENT_FIELD_PATTERN', `must match ${pattern.source}`);
  };
};

/** No UTF-16 unit takes more than three bytes of UTF-8, so most texts need no count. */
export const isLonger = (text: string, maxBytes: number): boolean =>
  text.length * 3 > maxBytes && (text.length > maxBytes || Buffer.byteLength(text) > maxBytes);

export const compileNumber = (schema: z.core.$ZodNumber): Check => {
  const { integer, minimum, maximum } = rulesOf(schema);
  const words = rangeWords(integer, minimum, maximum);
  return (value, findings) => {
    if (typeof value !== 'number') return checkExactInteger(value, integer, words, findings);
    if (value < minimum || value > maximum || !Number.isFinite(value) || (integer && !Number.isSafeInteger(value)))
      report(findings, 'EVENT_FIELD_RANGE', words);
  };
};

/** A big integer that kept its digits is welcome where any number is, never where an integer of 53 bits is asked for. */
const checkExactInteger = (value: unknown, integer: boolean, words: string, findings: Findings): void => {
  if (kindOf(value) !== 'number') report(findings, 'EVENT_FIELD_TYPE', mustBe('number'));
  else if (integer) report(findings, 'EVENT_FIELD_RANGE', words);
};

const rangeWords = (integer: boolean, minimum: number, maximum: number): string => {
  const noun = integer ? 'an integer' : 'a finite number';
  if (minimum === -Infinity && maximum === Infinity) return `must be ${noun}`;
  if (maximum === Infinity) return `must be ${noun} of at least ${minimum}`;
  return `must be ${noun} from ${minimum} to ${maximum}`;
};
