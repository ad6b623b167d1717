// What is done to a value that must not be kept, each time with its record in the trail.
import { isContainer, isRawNumber, isTelling, type Container } from './container.ts';
import { hash, marker, mask, truncate } from './methods.ts';
import type { Place } from './places.ts';
import type { Rule } from './rules.ts';
import type { Trail } from './trail.ts';

export interface Actions {
  /** True where nothing is left to scan. */
  applyRule(container: Container, key: string, value: unknown, rule: Rule, place: Place | undefined): boolean;
  hashInPlace(container: Container, key: string, text: string, rule: string): void;
  remove(container: Container, key: string, rule: string): void;
  replace(container: Container, key: string, by: string, rule: string, method: string): void;
}

const cut = (max: number) => (text: string) => truncate(text, max);

export const createActions = (trail: Trail, pseudonymKey: () => Buffer): Actions => {
  const applyRule = (
    container: Container,
    key: string,
    value: unknown,
    rule: Rule,
    place: Place | undefined,
  ): boolean => {
    if (rule.method === 'drop') {
      if (place?.mode === 'id') replace(container, key, marker(rule.name), rule.name, 'drop');
      else remove(container, key, rule.name);
      return true;
    }
    if (isContainer(value) && !isRawNumber(value)) {
      trail.enter(key);
      for (const inner of Object.keys(value)) applyRule(value, inner, value[inner], rule, undefined);
      trail.leave();
      return rule.method !== 'truncate';
    }
    if (isTelling(value)) transform(container, key, isRawNumber(value) ? value.rawJSON : String(value), rule);
    return rule.method !== 'truncate';
  };

  const transform = (container: Container, key: string, text: string, rule: Rule): void => {
    const result = { mask, hash: (plain: string) => hash(plain, pseudonymKey()), truncate: cut(rule.max) };
    const changed = rule.method === 'keep' || rule.method === 'drop' ? text : result[rule.method](text);
    if (changed !== text) replace(container, key, changed, rule.name, rule.method);
  };

  const remove = (container: Container, key: string, rule: string): void => {
    const value = container[key];
    if (!isTelling(value)) return;
    if (Array.isArray(container)) return replace(container, key, marker(rule), rule, 'drop');
    trail.record(key, rule, 'drop', value);
    delete container[key];
  };

  const replace = (container: Container, key: string, by: string, rule: string, method: string): void => {
    if (container[key] === by) return;
    trail.record(key, rule, method, container[key]);
    container[key] = by;
  };

  const hashInPlace = (container: Container, key: string, text: string, rule: string): void => {
    const hashed = hash(text, pseudonymKey());
    if (hashed !== text) replace(container, key, hashed, rule, 'hash');
  };

  return { applyRule, hashInPlace, remove, replace };
};
