// What an EventName is called here (EVENTS.md 2.3): a built-in action, or a name under `x.`.
import { toSnakeCase } from '../snake-case.ts';
import { BUILT_IN_ACTIONS } from '../../event/actions.ts';
import { ACTION_PATTERN, CATEGORIES, type Category } from '../../event/schema.ts';

export interface ActionName {
  readonly action: string;
  /** Undefined where the name does not tell it. */
  readonly category: Category | undefined;
}

const MAX_ACTION_CHARS = 128;
const MAX_REMEMBERED = 2048;
/** Senders use few names; one that invents them costs a clear now and then. */
const remembered = new Map<string, ActionName>();

export const NAMELESS: ActionName = { action: 'x.log', category: undefined };

export const actionOf = (eventName: string): ActionName => {
  const known = remembered.get(eventName);
  if (known !== undefined) return known;
  const named = nameAction(eventName);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  if (eventName.length <= 256) remembered.set(eventName, named);
  return named;
};

const nameAction = (eventName: string): ActionName => {
  const builtIn = BUILT_IN_ACTIONS.get(eventName);
  if (builtIn !== undefined) return { action: eventName, category: builtIn };
  return categorised(eventName) ?? { action: underX(eventName), category: undefined };
};

/** `category.action` is what this collector writes when it sends OTLP. */
const categorised = (eventName: string): ActionName | undefined => {
  const dot = eventName.indexOf('.');
  const category = CATEGORIES.find((name) => name === eventName.slice(0, dot));
  if (category === undefined) return undefined;
  const action = eventName.slice(dot + 1);
  return BUILT_IN_ACTIONS.get(action) === category || isUnderX(action) ? { action, category } : undefined;
};

const isUnderX = (name: string): boolean =>
  name.startsWith('x.') && name.length <= MAX_ACTION_CHARS && ACTION_PATTERN.test(name);

const underX = (eventName: string): string => {
  if (isUnderX(eventName)) return eventName;
  const segments = eventName.slice(0, MAX_ACTION_CHARS).split('.').map(toSnakeCase).filter(Boolean);
  if (segments[0] === 'x') segments.shift();
  return segments.length === 0
    ? NAMELESS.action
    : ['x', ...segments].join('.').slice(0, MAX_ACTION_CHARS).replace(/\.$/, '');
};
