// A user's own JSON Schema (draft 2020-12) for the events of an action. ajv and RE2 are loaded only where there is one.
import { createRequire } from 'node:module';
import type * as Ajv from 'ajv/dist/2020.js';
import type * as Re2 from 're2js';
import { isRawJson } from '../../../src/event/json.ts';
import type { EventError } from '../../../src/sdk/index.ts';
import { re2Engine } from './re2-engine.ts';

/** What is wrong with an event's content, never with the value; empty if nothing is. */
export type SchemaCheck = (content: Readonly<Record<string, unknown>>) => EventError[];

const MAX_DEPTH = 32;
const MAX_ERRORS = 50;

const OPTIONS: Ajv.Options = {
  allErrors: true,
  ownProperties: true,
  // A misspelt keyword would check nothing, and nobody would know.
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  validateFormats: false,
  addUsedSchema: false,
  inlineRefs: false,
  logger: false,
};

/** Throws an Error that tells what is wrong with the schema. */
export const compileEventSchema = (schema: object): SchemaCheck => {
  if (isDeeper(schema, MAX_DEPTH)) throw new RangeError(`is nested more than ${MAX_DEPTH} levels deep`);
  const require = createRequire(import.meta.url);
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof Ajv;
  const { RE2JS } = require('re2js') as typeof Re2;
  const validate = new Ajv2020({ ...OPTIONS, code: { regExp: re2Engine(RE2JS) } }).compile(schema);
  if ('$async' in validate) throw new TypeError('is asynchronous');
  return (content) => errorsOf(validate, content);
};

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

const errorsOf = (validate: Ajv.ValidateFunction, content: Readonly<Record<string, unknown>>): EventError[] => {
  if (validate(content)) return [];
  // An integer that kept its digits is an object to ajv.
  if (holdsRawJson(content) && validate(withNumbers(content))) return [];
  return (validate.errors ?? []).slice(0, MAX_ERRORS).map(toEventError);
};

const holdsRawJson = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (isRawJson(value) || Object.values(value).some(holdsRawJson));

const withNumbers = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isRawJson(value)) return Number((value as { rawJSON: string }).rawJSON);
  if (Array.isArray(value)) return value.map(withNumbers);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNumbers(inner)]));
};

const toEventError = ({ instancePath, keyword, params, message = 'is not as the schema asks' }: Ajv.ErrorObject) => ({
  code: 'EVENT_SCHEMA',
  path: shortened(instancePath + stepOf(keyword, params as Readonly<Record<string, unknown>>)),
  message: WORDS[keyword] ?? message,
});

/** Of these ajv names the container, where the field is what matters. */
const STEPS: Readonly<Record<string, string>> = {
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
  propertyNames: 'propertyName',
};
const WORDS: Readonly<Record<string, string>> = {
  required: 'is required by the schema of its action',
  dependentRequired: 'is required by the schema of its action, beside another field that is there',
  additionalProperties: 'is a field that the schema of its action does not allow',
  unevaluatedProperties: 'is a field that the schema of its action does not allow',
  propertyNames: 'has a name that the schema of its action does not allow',
};

const stepOf = (keyword: string, params: Readonly<Record<string, unknown>>): string => {
  const name = STEPS[keyword];
  const key = name === undefined ? undefined : params[name];
  return typeof key === 'string' ? `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}` : '';
};

const MAX_KEY = 64;
/** Keys are the sender's: a path shows no more of each than elsewhere. */
const shortened = (path: string): string =>
  path
    .split('/')
    .map((key) => (key.length <= MAX_KEY ? key : `${key.slice(0, MAX_KEY).toWellFormed()}…`))
    .join('/');
