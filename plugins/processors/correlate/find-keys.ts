import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { hashingOf } from './hash-keys.ts';
import { keyValueOf, spellingsOf, type KeyPolicy } from './keys.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The keys of one event, by rank: the primary ones by priority, then the secondary ones. Good until the next event. */
export interface FoundKeys {
  readonly values: readonly (string | undefined)[];
  /** The first rank that has a value. */
  readonly first: number;
}
export type FindKeys = (event: CanonicalEvent) => FoundKeys | undefined;

/** Where a value stands: of two of one type the lower place counts, in whatever order they come. */
type Place = number;
interface Spelling {
  readonly rank: number;
  readonly place: Place;
}

/** By a key's spelling, and by the field of an object of its name: `order.id` as `{ order: { id } }`. */
interface Spellings {
  readonly ranks: ReadonlyMap<string, Spelling>;
  readonly nested: ReadonlyMap<string, readonly (readonly [field: string, rank: number])[]>;
}

const GIVEN: Place = 0;
const DATA: Place = 10;
const ATTRIBUTES: Place = 20;
const TYPED: Place = 30;
const PATHS: Place = 40;
/** Behind camel, snake and dotted. */
const NESTED: Place = 3;

/** Each type once, by rank. */
export const rankedTypes = ({ primary, secondary }: KeyPolicy): readonly string[] => [
  ...new Set([...primary, ...secondary]),
];

/**
 * What the sender named, then what stands under the known spellings in `data` and `attributes`, then the typed
 * sections, then the configured paths: the first value of a type is its value, in whatever order an object's fields
 * come. Undefined: the event has no key.
 */
export const createFindKeys = (policy: KeyPolicy): FindKeys => {
  const types = rankedTypes(policy);
  const spellings = spellingsFor(types);
  const paths = Object.entries(policy.paths).flatMap(([type, places]) =>
    places.map((path, i) => ({ type, steps: stepsOf(path), place: PATHS + i })),
  );
  const hashing = hashingOf(policy.pseudonyms);
  let tenant = '';
  const found = { values: types.map((): string | undefined => undefined), first: types.length };
  const placeOf = types.map((): Place => GIVEN);

  const add: Add = (rank, value, place) => {
    if (found.values[rank] !== undefined && placeOf[rank]! <= place) return;
    const type = types[rank]!;
    const text = keyValueOf(type, value);
    if (text === undefined) return;
    found.values[rank] = hashing === undefined ? text : hashing.valueOf(type, text, tenant);
    placeOf[rank] = place;
    found.first = Math.min(found.first, rank);
  };
  const addType: AddType = (type, value, place) => {
    const spelling = spellings.ranks.get(type);
    if (spelling !== undefined) add(spelling.rank, value, place + spelling.place);
  };

  return (event) => {
    if (found.first < types.length) found.values.fill(undefined);
    found.first = types.length;
    tenant = event.tenantId;
    const given = event.correlation.businessKeys;
    if (given !== undefined) hashing?.hashGiven(given, tenant);
    if (given !== undefined) for (const type in given) addType(type, given[type], GIVEN);
    if (event.data !== undefined) addSpelled(event.data, spellings, add, DATA);
    if (event.attributes !== undefined) addSpelled(event.attributes, spellings, add, ATTRIBUTES);
    addTyped(event, addType);
    for (const { type, steps, place } of paths) addType(type, valueAt(event, steps), place);
    return found.first < types.length ? found : undefined;
  };
};

type Add = (rank: number, value: unknown, place: Place) => void;
type AddType = (type: string, value: unknown, place: Place) => void;

/** An attribute's name may have dots of its own. */
const stepsOf = (path: string): readonly string[] => {
  const [head = '', ...rest] = path.split('.');
  return head === 'attributes' ? [head, rest.join('.')] : [head, ...rest];
};

const spellingsFor = (types: readonly string[]): Spellings => {
  const ranks = new Map(
    types.flatMap((type, rank) => spellingsOf(type).map((name, place) => [name, { rank, place }] as const)),
  );
  // A type is always its own spelling, whatever another one's spellings are.
  for (const [rank, type] of types.entries()) ranks.set(type, { rank, place: 0 });
  const nested = new Map<string, [string, number][]>();
  for (const [rank, type] of types.entries()) {
    const [head = '', ...rest] = spellingsOf(type).at(-1)!.split('.');
    if (rest.length === 1) nested.set(head, [...(nested.get(head) ?? []), [rest[0]!, rank]]);
  }
  return { ranks, nested };
};

const addSpelled = (fields: Fields, { ranks, nested }: Spellings, add: Add, container: Place): void => {
  for (const key in fields) {
    const spelling = ranks.get(key);
    const value = fields[key];
    if (spelling !== undefined) add(spelling.rank, value, container + spelling.place);
    if (typeof value !== 'object' || value === null) continue;
    for (const [field, rank] of nested.get(key) ?? NOTHING) add(rank, (value as Fields)[field], container + NESTED);
  }
};
const NOTHING: readonly (readonly [string, number])[] = [];

const addTyped = ({ deployment, github }: CanonicalEvent, add: AddType): void => {
  if (deployment !== undefined) {
    add('deploymentId', deployment.id, TYPED);
    add('commitSha', deployment.commitSha, TYPED);
  }
  if (github === undefined) return;
  const { workflow, pullRequest, repository } = github;
  if (workflow !== undefined) add('workflowRun', `${workflow.runId}#${workflow.runAttempt ?? 1}`, TYPED);
  if (pullRequest !== undefined && repository !== undefined)
    add('pullRequest', `${repository.fullName}#${pullRequest.number}`, TYPED);
  add('commitSha', github.commitSha, TYPED);
};

const valueAt = (event: CanonicalEvent, steps: readonly string[]): unknown => {
  let value: unknown = event;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Fields)[step];
  }
  return value;
};
