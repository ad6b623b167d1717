// Rules to one decision an event: the first rule whose every condition holds.
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { drop, pass, reject, type Verdict } from '../../../src/sdk/index.ts';

export type Decision = 'drop' | 'keep' | 'reject';
type Scalar = string | number | boolean;

export interface FilterRule {
  readonly name: string;
  readonly when: {
    readonly tenant?: readonly string[] | undefined;
    readonly category?: readonly string[] | undefined;
    /** Exact, or a prefix before a trailing `*`. */
    readonly action?: readonly string[] | undefined;
    readonly environment?: readonly string[] | undefined;
    readonly attribute?: Readonly<Record<string, readonly Scalar[]>> | undefined;
  };
  readonly then: Decision;
}

type Condition = (event: CanonicalEvent) => boolean;

/** The decision is made of closures once, so that an event costs what its rules ask. */
export const createDecide = (rules: readonly FilterRule[], otherwise: 'keep' | 'drop') => {
  const compiled = rules.map(({ name, when, then }) => ({
    matches: conditionsOf(when),
    verdict: verdictOf(then, name),
  }));
  const last = verdictOf(otherwise, 'default');
  return (event: CanonicalEvent): Verdict => {
    for (const { matches, verdict } of compiled) if (matches(event)) return verdict;
    return last;
  };
};

const verdictOf = (decision: Decision, name: string): Verdict => {
  if (decision === 'keep') return pass;
  if (decision === 'drop') return drop(name);
  return reject('TENANT_POLICY', '', `is refused by the policy ${name}`);
};

/** True where every condition holds. */
export const conditionsOf = ({ tenant, category, action, environment, attribute }: FilterRule['when']): Condition => {
  const conditions: Condition[] = [];
  if (tenant !== undefined) conditions.push(oneOf(tenant, (event) => event.tenantId));
  if (category !== undefined) conditions.push(oneOf(category, (event) => event.category));
  if (action !== undefined) conditions.push(actionIs(action));
  if (environment !== undefined) conditions.push(oneOf(environment, (event) => event.service?.environment));
  for (const [key, values] of Object.entries(attribute ?? {})) conditions.push(attributeIs(key, values));
  return (event) => conditions.every((holds) => holds(event));
};

const oneOf = (values: readonly string[], read: (event: CanonicalEvent) => string | undefined): Condition => {
  const wanted = new Set(values);
  return (event) => wanted.has(read(event) ?? '');
};

const actionIs = (patterns: readonly string[]): Condition => {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')));
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return ({ action }) => exact.has(action) || prefixes.some((prefix) => action.startsWith(prefix));
};

/** A list matches if one of its elements does. */
const attributeIs = (key: string, values: readonly Scalar[]): Condition => {
  const wanted = new Set<unknown>(values);
  return ({ attributes }) => {
    const value = attributes !== undefined && Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return Array.isArray(value) ? value.some((element) => wanted.has(element)) : wanted.has(value);
  };
};
