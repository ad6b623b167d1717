// The limits of a schema by dotted path, as the field table writes it: bytes of a text, entries of an array, keys of a
// map, and `.depth` and `.leaves` of a payload. Each may be set lower than it is built in, never higher.
import type { z } from 'zod';
import { rulesOf, type Rules } from './rules.ts';

export type Limits = Readonly<Record<string, number>>;

/** `objects` and `[]` and `name` are `objects[].name`. */
export const joinStep = (path: string, step: string): string =>
  path === '' || step === '[]' ? path + step : `${path}.${step}`;

/** The rules of the schema at `path`, with the limits that are set lower. */
export const loweredRules = (schema: z.core.$ZodType, path: string, limits: Limits): Rules => {
  const rules = rulesOf(schema);
  const at = (name: string, builtIn: number): number =>
    builtIn === Infinity ? builtIn : Math.min(builtIn, limits[name] ?? Infinity);
  return {
    ...rules,
    maxBytes: at(path, rules.maxBytes),
    maxItems: at(path, rules.maxItems),
    maxKeys: at(path, rules.maxKeys),
    maxDepth: at(`${path}.depth`, rules.maxDepth),
    maxLeaves: at(`${path}.leaves`, rules.maxLeaves),
  };
};

/** Every limit that a schema has. */
export const limitsOf = (schema: z.core.$ZodType): Limits => {
  const found: Record<string, number> = {};
  collect(schema, '', found);
  return found;
};

const collect = (schema: z.core.$ZodType, path: string, found: Record<string, number>): void => {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  switch (def.type) {
    case 'optional':
      return collect(def.innerType, path, found);
    case 'union':
      return def.options.forEach((option) => collect(option, path, found));
    case 'object':
      return Object.entries(def.shape).forEach(([name, field]) => collect(field, joinStep(path, name), found));
    case 'array':
      note(schema, path, found);
      return collect(def.element, joinStep(path, '[]'), found);
    case 'record':
      note(schema, path, found);
      return collect(def.valueType, joinStep(path, '*'), found);
    case 'string':
      return note(schema, path, found);
    default:
      return undefined;
  }
};

const note = (schema: z.core.$ZodType, path: string, found: Record<string, number>): void => {
  const { maxBytes, maxItems, maxKeys, maxDepth, maxLeaves } = rulesOf(schema);
  const limit = Math.min(maxBytes, maxItems, maxKeys);
  if (limit !== Infinity) found[path] = limit;
  if (maxDepth !== Infinity) found[`${path}.depth`] = maxDepth;
  if (maxLeaves !== Infinity) found[`${path}.leaves`] = maxLeaves;
};
