// What a parsed JSON value may hold.

export interface JsonLimits {
  /** Containers within containers; the outermost counts as 1. Default 32. */
  readonly maxDepth?: number;
  /** Keys of all objects together. Default 2,000. */
  readonly maxKeys?: number;
}

export interface JsonProblem {
  readonly code: 'JSON_SYNTAX' | 'JSON_DEPTH' | 'JSON_KEYS' | 'JSON_KEY_FORBIDDEN' | 'JSON_SURROGATE' | 'JSON_NUMBER';
  /** JSON pointer. */
  readonly path: string;
  readonly message: string;
}
export const isJsonProblem = (result: unknown): result is JsonProblem =>
  typeof result === 'object' && result !== null && 'code' in result && 'message' in result && 'path' in result;

const DEFAULT_MAX_DEPTH = 32;
const DEFAULT_MAX_KEYS = 2000;
const PATH_KEY_CHARS = 64;

export const tooDeep = (path: string, maxDepth: number): JsonProblem => ({
  code: 'JSON_DEPTH',
  path,
  message: `is nested more than ${maxDepth} deep`,
});

/** A fault on its way up: the keys that lead to it, innermost first. */
interface Fault {
  readonly code: JsonProblem['code'];
  readonly message: string;
  readonly keys: string[];
}
interface Walk {
  readonly maxDepth: number;
  readonly maxKeys: number;
  keys: number;
}

/** Checks a parsed value against the limits; recurses as deep as they allow and no deeper. */
export const checkTree = (
  value: unknown,
  { maxDepth = DEFAULT_MAX_DEPTH, maxKeys = DEFAULT_MAX_KEYS }: JsonLimits = {},
): JsonProblem | undefined => {
  const fault = visit(value, 0, { maxDepth, maxKeys, keys: 0 });
  return fault && { code: fault.code, path: pointer(fault.keys.toReversed()), message: fault.message };
};

const visit = (value: unknown, depth: number, walk: Walk): Fault | undefined => {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : SURROGATE();
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : NUMBER();
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === walk.maxDepth) return { ...tooDeep('', walk.maxDepth), keys: [] };
  return Array.isArray(value) ? visitArray(value, depth + 1, walk) : visitObject(value, depth + 1, walk);
};

const visitArray = (array: readonly unknown[], depth: number, walk: Walk): Fault | undefined => {
  for (let i = 0; i < array.length; i++) {
    const fault = visit(array[i], depth, walk);
    if (fault !== undefined) return under(String(i), fault);
  }
  return undefined;
};

const visitObject = (object: object, depth: number, walk: Walk): Fault | undefined => {
  const keys = Object.keys(object);
  walk.keys += keys.length;
  if (walk.keys > walk.maxKeys) return TOO_MANY_KEYS(walk.maxKeys);
  for (const key of keys) {
    const value: unknown = (object as Record<string, unknown>)[key];
    const fault = checkKey(key, value) ?? visit(value, depth, walk);
    if (fault !== undefined) return under(key, fault);
  }
  return undefined;
};

const checkKey = (key: string, value: unknown): Fault | undefined => {
  if (key === '__proto__') return FORBIDDEN_KEY();
  if (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype')) return FORBIDDEN_KEY();
  return key.isWellFormed() ? undefined : SURROGATE();
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const SURROGATE = (): Fault => ({ code: 'JSON_SURROGATE', message: 'holds a lone surrogate', keys: [] });
const NUMBER = (): Fault => ({ code: 'JSON_NUMBER', message: 'is beyond the range of a number', keys: [] });
const FORBIDDEN_KEY = (): Fault => ({ code: 'JSON_KEY_FORBIDDEN', message: 'is a key that is not taken', keys: [] });
const TOO_MANY_KEYS = (maxKeys: number): Fault => ({
  code: 'JSON_KEYS',
  message: `brings the number of keys above ${maxKeys}`,
  keys: [],
});

const under = (key: string, fault: Fault): Fault => {
  fault.keys.push(key);
  return fault;
};

const pointer = (keys: readonly string[]): string => keys.map((key) => `/${escapeKey(key)}`).join('');
const escapeKey = (key: string): string =>
  (key.length > PATH_KEY_CHARS ? `${key.slice(0, PATH_KEY_CHARS)}…` : key)
    .toWellFormed()
    .replaceAll('~', '~0')
    .replaceAll('/', '~1');
