import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { keyValueOf, spellingsOf, type KeyPolicy } from './keys.ts';

type Fields = Readonly<Record<string, unknown>>;
export type FoundKeys = Map<string, string>;
export type FindKeys = (event: CanonicalEvent) => FoundKeys | undefined;

/** A key by its spelling, and by the field of an object of its name: `order.id` as `{ order: { id } }`. */
interface Spellings {
  readonly types: ReadonlyMap<string, string>;
  readonly nested: ReadonlyMap<string, readonly (readonly [field: string, type: string])[]>;
}

/**
 * What the sender named, then what stands under the known spellings in `data` and `attributes`, then the typed
 * sections, then the configured paths: the first value of a type is its value. Undefined: the event has no key.
 */
export const createFindKeys = (policy: KeyPolicy): FindKeys => {
  const known = new Set([...policy.primary, ...policy.secondary]);
  const spellings = spellingsFor([...known]);
  const paths = Object.entries(policy.paths).flatMap(([type, places]) =>
    places.map((place) => ({ type, steps: place.split('.') })),
  );
  return (event) => {
    let found: FoundKeys | undefined;
    const add = (type: string, value: unknown): void => {
      const text = known.has(type) && found?.has(type) !== true ? keyValueOf(type, value) : undefined;
      if (text !== undefined) (found ??= new Map()).set(type, text);
    };
    const given = event.correlation.businessKeys;
    if (given !== undefined) for (const type in given) add(spellings.types.get(type) ?? type, given[type]);
    if (event.data !== undefined) addSpelled(event.data, spellings, add);
    if (event.attributes !== undefined) addSpelled(event.attributes, spellings, add);
    addTyped(event, add);
    for (const { type, steps } of paths) add(type, valueAt(event, steps));
    return found;
  };
};

type Add = (type: string, value: unknown) => void;

const spellingsFor = (types: readonly string[]): Spellings => {
  const nested = new Map<string, [string, string][]>();
  for (const type of types) {
    const [head = '', ...rest] = spellingsOf(type).at(-1)!.split('.');
    if (rest.length === 1) nested.set(head, [...(nested.get(head) ?? []), [rest[0]!, type]]);
  }
  return { types: new Map(types.flatMap((type) => spellingsOf(type).map((name) => [name, type] as const))), nested };
};

const addSpelled = (fields: Fields, { types, nested }: Spellings, add: Add): void => {
  for (const key in fields) {
    const type = types.get(key);
    if (type !== undefined) add(type, fields[key]);
    const value = fields[key];
    if (typeof value !== 'object' || value === null) continue;
    for (const [field, inner] of nested.get(key) ?? NOTHING) add(inner, (value as Fields)[field]);
  }
};
const NOTHING: readonly (readonly [string, string])[] = [];

const addTyped = ({ deployment, github }: CanonicalEvent, add: Add): void => {
  if (deployment !== undefined) {
    add('deploymentId', deployment.id);
    add('commitSha', deployment.commitSha);
  }
  if (github === undefined) return;
  const { workflow, pullRequest, repository } = github;
  if (workflow !== undefined) add('workflowRun', `${workflow.runId}#${workflow.runAttempt ?? 1}`);
  if (pullRequest !== undefined && repository !== undefined)
    add('pullRequest', `${repository.fullName}#${pullRequest.number}`);
  add('commitSha', github.commitSha);
};

const valueAt = (event: CanonicalEvent, steps: readonly string[]): unknown => {
  let value: unknown = event;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Fields)[step];
  }
  return value;
};
