// zod's issues in the words of someone who writes YAML. The value itself is never in them.
import type { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** Given to every parse; the messages that a plugin's schema names itself go before it. */
export const plainMessage = (issue: RawIssue): string => `expected ${expectedBy(issue)}${foundIn(issue)}`;

/** What is asked for, in words, e.g. `a list`. */
const expectedBy = (issue: RawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[isWhole(issue) ? 'int' : issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.origin, issue.maximum)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `text that matches ${issue.pattern ?? 'the pattern'}`
        : `text of the form ${issue.format}`;
    default:
      return 'another value';
  }
};

/** zod tells only of a number that it has to be whole. */
const isWhole = ({ expected, inst }: RawIssue): boolean =>
  expected === 'number' && inst !== undefined && 'format' in inst._zod.def;

const foundIn = ({ code, input }: RawIssue): string => (code === 'invalid_type' ? `, found ${kindOf(input)}` : '');

export const oneOf = (words: readonly string[]): string =>
  words.length === 1 ? `"${words[0]}"` : `one of: ${words.join(', ')}`;

const NOUNS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
  set: ['item', 'items'],
  object: ['key', 'keys'],
};

const amount = (origin: string, bound: number | bigint): string => {
  const noun = NOUNS[origin];
  return noun === undefined ? String(bound) : `${bound} ${noun[Number(bound) === 1 ? 0 : 1]}`;
};

export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  return { string: 'text', boolean: 'a boolean' }[typeof value as string] ?? 'a map';
};
