// What the reader suite compares a store with: generated events, and which filters they match.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { CanonicalEvent } from '../event/schema.ts';
import type { EventFilter } from '../sdk/index.ts';
import { exampleEvent } from './fakes.ts';

export const NS_PER_SECOND = 1_000_000_000n;
export const START_SECONDS = 1_795_000_000n;

export const timestampOf = (ns: bigint): string =>
  `${new Date(Number(ns / NS_PER_SECOND) * 1000).toISOString().slice(0, 19)}.${String(ns % NS_PER_SECOND).padStart(9, '0')}Z`;

/** An event as its filters see it; few values for each, so that they meet. */
interface Traits {
  readonly ns: bigint;
  readonly category: CanonicalEvent['category'];
  readonly action: string;
  readonly outcome: CanonicalEvent['outcome'];
  readonly actor: string | undefined;
  readonly object: { readonly type: string; readonly id: string } | undefined;
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly trace: string | undefined;
  readonly correlation: string;
  readonly words: readonly string[];
}

export const TRACES = ['a'.repeat(32), 'b'.repeat(32)];
const WORDS = ['refund', 'visa', 'late', 'zürich'];
const OBJECTS = [
  { type: 'order', id: '42' },
  { type: 'invoice', id: '42' },
  { type: 'note', id: 'order:42' },
];

export const instants = fc
  .oneof(fc.bigInt({ min: 0n, max: 4n }), fc.bigInt({ min: 0n, max: 2n * NS_PER_SECOND }))
  .map((offset) => START_SECONDS * NS_PER_SECOND + offset);
export const traits: fc.Arbitrary<Traits> = fc.record({
  ns: instants,
  category: fc.constantFrom('business', 'security'),
  action: fc.constantFrom('order_failed', 'x.a', 'x.b'),
  outcome: fc.constantFrom('success', 'failure'),
  actor: fc.constantFrom('u-1', "u'; DROP TABLE events; --", undefined),
  object: fc.constantFrom(...OBJECTS, undefined),
  service: fc.constantFrom('checkout', 'CHECKOUT', undefined),
  environment: fc.constantFrom('production', undefined),
  trace: fc.constantFrom(...TRACES, undefined),
  correlation: fc.constantFrom('c-1', 'c-2'),
  words: fc.subarray(WORDS),
});
export const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq: 3 });
export const filters: fc.Arbitrary<EventFilter> = fc
  .record({
    category: optional(fc.constantFrom('business', 'security')),
    action: optional(fc.constantFrom('order_failed', 'x.a')),
    actor: optional(fc.constantFrom('u-1', "u'; DROP TABLE events; --", '%', 'nobody')),
    object: optional(fc.constantFrom('42', 'order:42', 'invoice:42')),
    outcome: optional(fc.constantFrom('success', 'failure')),
    trace: optional(fc.constantFrom(...TRACES)),
    correlation: optional(fc.constantFrom('c-1', 'c-2')),
    service: optional(fc.constantFrom('checkout')),
    environment: optional(fc.constantFrom('production')),
    text: optional(fc.subarray(WORDS, { minLength: 1 }).map((words) => words.join(' '))),
    sinceNs: optional(instants),
    untilNs: optional(instants),
  })
  .map((filter) => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)));

export const toEvent = (tenantId: string, { ns, words, ...own }: Traits): CanonicalEvent => {
  const { actor: _actor, object: _object, ...plain } = exampleEvent();
  return {
    ...plain,
    eventId: randomUUID(),
    tenantId,
    timestamp: timestampOf(ns),
    category: own.category,
    action: own.action,
    outcome: own.outcome,
    description: words.join(', '),
    correlation: {
      correlationId: own.correlation,
      method: 'explicit',
      confidence: 1,
      ...(own.trace !== undefined && { traceId: own.trace }),
    },
    ...(own.actor !== undefined && { actor: { id: own.actor, type: 'user' } }),
    ...(own.object !== undefined && { object: own.object }),
    ...(own.service !== undefined && {
      service: { name: own.service, ...(own.environment !== undefined && { environment: own.environment }) },
    }),
  };
};

export const matches = (own: Traits, filter: EventFilter): boolean =>
  (filter.category ?? own.category) === own.category &&
  (filter.action ?? own.action) === own.action &&
  (filter.outcome ?? own.outcome) === own.outcome &&
  (filter.correlation ?? own.correlation) === own.correlation &&
  (filter.actor === undefined || filter.actor === own.actor) &&
  (filter.service === undefined || filter.service === own.service) &&
  (filter.environment === undefined || (own.service !== undefined && filter.environment === own.environment)) &&
  (filter.trace === undefined || filter.trace === own.trace) &&
  (filter.object === undefined || isObject(own.object, filter.object)) &&
  (filter.sinceNs ?? own.ns) <= own.ns &&
  (filter.untilNs === undefined || own.ns < filter.untilNs) &&
  (filter.text ?? '').split(' ').every((word) => word === '' || own.words.includes(word));

const isObject = (object: Traits['object'], asked: string): boolean =>
  object !== undefined && (object.id === asked || `${object.type}:${object.id}` === asked);

export const newestFirst = (a: { ns: bigint; id: string }, b: { ns: bigint; id: string }): number =>
  a.ns === b.ns ? (a.id < b.id ? 1 : -1) : a.ns < b.ns ? 1 : -1;
