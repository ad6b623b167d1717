// Compiles the schemas of `schema.ts` to closures that cost a fraction of a schema library's walk, and name every error.
import type { z } from 'zod';
import { compileArray, compileObject, compileRecord, compileUnion, type UnknownKey } from './check/containers.ts';
import { createFindings, type Check } from './check/findings.ts';
import { joinStep, loweredRules, type Limits } from './check/limits.ts';
import { anything, checkBoolean, checkNull, compileEnum, compileNumber, compileString } from './check/scalars.ts';
import type { EventError } from './event-error.ts';

export type { UnknownKey };

const NO_ERRORS: readonly EventError[] = Object.freeze([]);

/** All that is wrong with a value (up to 50 errors), each with its path; never the value. Empty: nothing is wrong. */
export type EventCheck = (value: unknown) => readonly EventError[];

/** `limits` lowers those of the schema, by the paths of `limitsOf`. Throws for a schema of a kind that it does not know. */
export const compileCheck = (
  schema: z.core.$ZodType,
  unknownKey: UnknownKey = () => undefined,
  limits: Limits = {},
): EventCheck => {
  const check = compile(schema, '', { unknownKey, limits });
  const findings = createFindings();
  return (value) => {
    check(value, findings);
    if (findings.errors.length === 0) return NO_ERRORS;
    const { errors } = findings;
    findings.errors = [];
    return errors;
  };
};

interface Context {
  readonly unknownKey: UnknownKey;
  readonly limits: Limits;
}

const compile = (schema: z.core.$ZodType, path: string, context: Context): Check => {
  const inner = (part: z.core.$ZodType, step?: string): Check =>
    compile(part, step === undefined ? path : joinStep(path, step), context);
  const rules = loweredRules(schema, path, context.limits);
  const known = schema as z.core.$ZodTypes;
  switch (known._zod.def.type) {
    case 'optional':
      return inner(known._zod.def.innerType);
    case 'object':
      return compileObject(known as z.core.$ZodObject, inner, context.unknownKey);
    case 'array':
      return compileArray(known as z.core.$ZodArray, inner, rules);
    case 'record':
      return compileRecord(known as z.core.$ZodRecord, inner, rules);
    case 'union':
      return compileUnion(known as z.core.$ZodUnion, inner);
    case 'enum':
      return compileEnum(known as z.core.$ZodEnum);
    case 'string':
      return compileString(rules);
    case 'number':
      return compileNumber(known as z.core.$ZodNumber);
    case 'boolean':
      return checkBoolean;
    case 'null':
      return checkNull;
    case 'unknown':
      return anything;
    default:
      throw new TypeError(`the event schema uses a kind that is not compiled: ${known._zod.def.type}`);
  }
};
