import type { z } from 'zod';
import { isLonger } from './scalars.ts';
import { report, reportAt, type Check, type Findings } from './findings.ts';
import { isRawJson } from '../json.ts';
import { kindOf, mustBe, type Kind } from './kinds.ts';
import { rulesOf, type Rules } from './rules.ts';

/** `step` is the way from the container to the part, where the part has a path of its own. */
export type Compile = (schema: z.core.$ZodType, step?: string) => Check;
/** Words for a key that the schema does not know; undefined lets it pass. */
export type UnknownKey = (key: string, known: readonly string[]) => string | undefined;

type Fields = Readonly<Record<string, unknown>>;
/** An exact big integer is an object with one property; asking for that first spares every other object the call. */
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !((value as Fields)['rawJSON'] !== undefined && isRawJson(value));

export const compileObject = (schema: z.core.$ZodObject, compile: Compile, unknownKey: UnknownKey): Check => {
  const { shape } = schema._zod.def;
  const names = Object.keys(shape);
  const checks = new Map(names.map((name) => [name, compile(shape[name]!, name)]));
  const required = names.filter((name) => shape[name]!._zod.optin === undefined);
  return (value, findings) => {
    if (!isObject(value)) return report(findings, 'EVENT_FIELD_TYPE', mustBe('object'));
    const depth = findings.depth++;
    // A sender names few of the fields that there are: walking its keys costs less than asking for each field.
    for (const key in value) {
      const field = value[key];
      if (field === undefined) continue;
      findings.path[depth] = key;
      const check = checks.get(key);
      if (check !== undefined) check(field, findings);
      else checkUnknown(findings, unknownKey(key, names));
    }
    findings.depth = depth;
    for (const name of required)
      if (value[name] === undefined) reportAt(findings, name, 'EVENT_FIELD_REQUIRED', 'is required');
  };
};

const checkUnknown = (findings: Findings, words: string | undefined): void => {
  if (words !== undefined) report(findings, 'EVENT_FIELD_UNKNOWN', words);
};

export const compileArray = (schema: z.core.$ZodArray, compile: Compile, { maxItems }: Rules): Check => {
  const element = compile(schema._zod.def.element, '[]');
  return (value, findings) => {
    if (!Array.isArray(value)) return report(findings, 'EVENT_FIELD_TYPE', mustBe('array'));
    if (value.length > maxItems) return report(findings, 'EVENT_TOO_MANY', `must have at most ${maxItems} entries`);
    const depth = findings.depth++;
    for (let i = 0; i < value.length; i++) {
      findings.path[depth] = i;
      element(value[i], findings);
    }
    findings.depth = depth;
  };
};

export const compileRecord = (schema: z.core.$ZodRecord, compile: Compile, rules: Rules): Check => {
  const { keyType, valueType } = schema._zod.def;
  const { maxKeys, maxDepth, maxLeaves } = rules;
  const maxKeyBytes = rulesOf(keyType).maxBytes;
  const isFree = valueType._zod.def.type === 'unknown';
  const check = compile(valueType, '*');
  return (value, findings) => {
    if (!isObject(value)) return report(findings, 'EVENT_FIELD_TYPE', mustBe('object'));
    if (isFree) return checkPayload(value, maxDepth, maxLeaves, findings);
    const depth = findings.depth++;
    let count = 0;
    for (const key in value) {
      count++;
      findings.path[depth] = key;
      if (isLonger(key, maxKeyBytes))
        report(findings, 'EVENT_FIELD_TOO_LONG', `has a key of more than ${maxKeyBytes} bytes of UTF-8`);
      check(value[key], findings);
    }
    findings.depth = depth;
    if (count > maxKeys) report(findings, 'EVENT_TOO_MANY', `must have at most ${maxKeys} keys`);
  };
};

const checkPayload = (value: object, maxDepth: number, maxLeaves: number, findings: Findings): void => {
  const leaves = countLeaves(value, 1, maxDepth, maxLeaves);
  if (Number.isNaN(leaves)) report(findings, 'EVENT_TOO_DEEP', `must be nested at most ${maxDepth} levels deep`);
  else if (leaves > maxLeaves) report(findings, 'EVENT_TOO_MANY', `must have at most ${maxLeaves} leaves`);
};

/** NaN if it is nested deeper than `maxDepth`; stops counting beyond `maxLeaves`. */
const countLeaves = (value: object, depth: number, maxDepth: number, maxLeaves: number): number => {
  if (depth > maxDepth) return isRawJson(value) ? 1 : Number.NaN;
  let leaves = 0;
  // `for in` over an array makes a text of each index: four times the cost.
  for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    leaves += typeof inner === 'object' && inner !== null ? countLeaves(inner, depth + 1, maxDepth, maxLeaves) : 1;
    if (!(leaves <= maxLeaves)) return leaves;
  }
  return leaves === 0 ? 1 : leaves;
};

const KINDS: Readonly<Record<string, Kind>> = {
  string: 'string',
  enum: 'string',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
  array: 'array',
  object: 'object',
  record: 'object',
};

/** The options are told apart by their JSON type alone, so that the error names the one that was meant. */
export const compileUnion = (schema: z.core.$ZodUnion, compile: Compile): Check => {
  const checks: Partial<Record<Kind, Check>> = {};
  for (const option of flatOptions(schema)) {
    const kind = KINDS[option._zod.def.type];
    if (kind === undefined || checks[kind] !== undefined)
      throw new TypeError('the event schema has a union whose options are not told apart by their JSON type');
    checks[kind] = compile(option);
  }
  const words = mustBe(...(Object.keys(checks) as Kind[]));
  const { string } = checks;
  return (value, findings) => {
    // Most values of attributes are texts.
    if (typeof value === 'string' && string !== undefined) return string(value, findings);
    const kind = kindOf(value);
    const check = kind === undefined ? undefined : checks[kind];
    if (check === undefined) report(findings, 'EVENT_FIELD_TYPE', words);
    else check(value, findings);
  };
};

const flatOptions = (schema: z.core.$ZodUnion): z.core.$ZodType[] =>
  schema._zod.def.options.flatMap((option) =>
    option._zod.def.type === 'union' ? flatOptions(option as z.core.$ZodUnion) : [option],
  );
