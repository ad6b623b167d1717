// What the `type` of a CloudEvent is called here: a registered or built-in action, or the last of its words under `x.`.
import { toSnakeCase } from '../snake-case.ts';
import { BUILT_IN_ACTIONS } from '../../event/actions.ts';
import { ACTION_PATTERN, CATEGORIES, type Category } from '../../event/schema.ts';

export interface TypeName {
  readonly action: string;
  /** Undefined where the type does not tell it. */
  readonly category: Category | undefined;
}
/** `type` of a CloudEvent to what it is here. */
export type TypeRegistry = Readonly<Record<string, { readonly category: Category; readonly action: string }>>;

const MAX_ACTION_CHARS = 128;
const MAX_REMEMBERED = 2048;
const remembered = new Map<string, TypeName>();

export const typeNameOf = (type: string, registry: TypeRegistry): TypeName => {
  if (Object.hasOwn(registry, type)) return registry[type]!;
  const known = remembered.get(type);
  if (known !== undefined) return known;
  const named = nameType(type);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  if (type.length <= 256) remembered.set(type, named);
  return named;
};

const isCategory = (word: string): word is Category => (CATEGORIES as readonly string[]).includes(word);

const nameType = (type: string): TypeName => {
  const words = wordsOf(type);
  const action = [words.at(-1) ?? '', words.slice(-2).join('_')].find((name) => BUILT_IN_ACTIONS.has(name));
  if (action !== undefined) return { action, category: BUILT_IN_ACTIONS.get(action) };
  return { action: underX(words), category: words.find(isCategory) };
};

const VERSION = /^v?\d+(?:_\d+)*(?:(?:alpha|beta|rc)_?\d*)?$/;

/** Its segments in snake case, without those that are a version. */
const wordsOf = (type: string): string[] =>
  type
    .slice(0, 512)
    .split(/[./:#]+/)
    .map(toSnakeCase)
    .filter((word) => word !== '' && !VERSION.test(word));

const NAMELESS = 'x.cloud_event';
/** Reverse domain names begin with one of these, and the owner's name follows. */
const TOP_LEVEL: ReadonlySet<string> = new Set([
  'com',
  'org',
  'io',
  'net',
  'dev',
  'gov',
  'edu',
  'de',
  'fr',
  'uk',
  'eu',
]);

const underX = (words: readonly string[]): string => {
  const marked = words.indexOf('x');
  const rest = marked >= 0 && marked < words.length - 1 ? words.slice(marked + 1) : lastTwo(words);
  const action = ['x', ...rest].join('.').slice(0, MAX_ACTION_CHARS).replace(/\.$/, '');
  return rest.length > 0 && ACTION_PATTERN.test(action) ? action : NAMELESS;
};

const lastTwo = (words: readonly string[]): readonly string[] => {
  const own = words.length > 2 && TOP_LEVEL.has(words[0]!) ? words.slice(2) : words;
  const last = own.slice(-2);
  return last.length === 2 && isCategory(last[0]!) ? last.slice(1) : last;
};

/** What an action is done to: `order_failed`, `x.order.cancelled` say `order`. */
export const nounOf = (action: string): string => {
  const words = action.replace(/^x\./, '').split(/[._]/);
  return (words.length > 1 ? words.at(-2)! : 'subject').slice(0, 64);
};
