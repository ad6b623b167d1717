// What is done to a value that must not be kept, each time with its record in the trail.
import { isContainer, isRawNumber, isTelling, type Container } from './container.ts';
import { hash, marker, mask, truncate } from './methods.ts';
import { placeOf, type Place } from './places.ts';
import type { Rule } from './rules.ts';
import type { Trail } from './trail.ts';

export interface Actions {
  /** True where nothing is left to scan. */
  applyRule(container: Container, key: string, value: unknown, rule: Rule, place: Place | undefined): boolean;
  /** Of a container, or of each container in a list, only the allowed keys stay, and what no event can be without. */
  filter(container: Container, allowed: ReadonlySet<string>, place: Place | undefined): void;
  hashInPlace(container: Container, key: string, text: string, rule: string): void;
  remove(container: Container, key: string, rule: string): void;
  replace(container: Container, key: string, by: string, rule: string, method: string): void;
}

export interface ActionTools {
  readonly trail: Trail;
  readonly pseudonymKey: () => Buffer;
  /** Takes the secret out of a free key; what the key is then. */
  readonly renamed: (container: Container, key: string) => string;
}

const cut = (max: number) => (text: string) => truncate(text, max);

export const createActions = ({ trail, pseudonymKey, renamed }: ActionTools): Actions => {
  const applyRule: Actions['applyRule'] = (container, key, value, rule, place) => {
    const branch = isContainer(value) && !isRawNumber(value);
    if (rule.method === 'drop' && !(branch && place?.required === true)) {
      if (place?.mode === 'id' || place?.required === true)
        replace(container, key, marker(rule.name), rule.name, 'drop');
      else remove(container, key, rule.name);
      return true;
    }
    if (branch) applyBelow(key, value, rule, place);
    else if (isTelling(value)) transform(container, key, isRawNumber(value) ? value.rawJSON : String(value), rule);
    return rule.method !== 'truncate';
  };

  const applyBelow = (key: string, value: Container, rule: Rule, place: Place | undefined): void => {
    trail.enter(key);
    for (const inner of Object.keys(value)) {
      const innerPlace = Array.isArray(value) ? place : placeOf(place, inner);
      if (innerPlace?.mode === 'exempt') continue;
      const free = innerPlace === undefined && !Array.isArray(value);
      const shown = free ? renamed(value, inner) : inner;
      applyRule(value, shown, value[shown], rule, innerPlace);
    }
    trail.leave();
  };

  const transform = (container: Container, key: string, text: string, rule: Rule): void => {
    const result = { mask, hash: (plain: string) => hash(plain, pseudonymKey()), truncate: cut(rule.max) };
    const changed = rule.method === 'keep' || rule.method === 'drop' ? text : result[rule.method](text);
    if (changed !== text) replace(container, key, changed, rule.name, rule.method);
  };

  const filter: Actions['filter'] = (container, allowed, place) => {
    if (Array.isArray(container)) return filterEach(container, allowed, place);
    let found = false;
    for (const key of Object.keys(container)) {
      const inner = place?.fields?.get(key);
      if (allowed.has(key) || inner?.mode === 'exempt' || inner?.required === true) continue;
      found = true;
      trail.remember(container[key], ALLOW);
      delete container[key];
    }
    // The keys that went are not named: nobody said that they tell nothing.
    if (found) trail.record('*', ALLOW, 'drop');
  };

  const filterEach = (list: unknown[], allowed: ReadonlySet<string>, place: Place | undefined): void => {
    for (const [i, element] of list.entries()) {
      const key = String(i);
      if (!isContainer(element) || isRawNumber(element)) {
        remove(list as unknown as Container, key, ALLOW);
        continue;
      }
      trail.enter(key);
      filter(element, allowed, place);
      trail.leave();
    }
  };

  const remove: Actions['remove'] = (container, key, rule) => {
    const value = container[key];
    if (!isTelling(value)) return;
    if (Array.isArray(container)) return replace(container, key, marker(rule), rule, 'drop');
    trail.record(key, rule, 'drop', value);
    delete container[key];
  };

  const replace: Actions['replace'] = (container, key, by, rule, method) => {
    if (container[key] === by) return;
    trail.record(key, rule, method, container[key]);
    container[key] = by;
  };

  const hashInPlace: Actions['hashInPlace'] = (container, key, text, rule) => {
    const hashed = hash(text, pseudonymKey());
    if (hashed !== text) replace(container, key, hashed, rule, 'hash');
  };

  return { applyRule, filter, hashInPlace, remove, replace };
};

/** What the record says of that which no allow-list names. */
export const ALLOW = 'allow';
