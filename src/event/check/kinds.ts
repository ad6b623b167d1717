import { isRawJson } from '../json.ts';

/** The JSON types; an exact big integer (`JSON.rawJSON`) is a number. */
export type Kind = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';

export const kindOf = (value: unknown): Kind | undefined => {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return kindOfObject(value);
    default:
      return undefined;
  }
};

const kindOfObject = (value: object | null): Kind => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return isRawJson(value) ? 'number' : 'object';
};

const WORDS: Readonly<Record<Kind, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  null: 'null',
  array: 'an array',
  object: 'an object',
};

export const mustBe = (...kinds: readonly Kind[]): string => {
  const words = kinds.map((kind) => WORDS[kind]);
  return `must be ${words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`}`;
};
