import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideOutcome, severityFor, type OutcomeFacts } from '../../src/event/outcome.ts';
import { CATEGORIES, ERROR_CLASSES, OUTCOMES } from '../../src/event/schema.ts';
import { rawEventArbitrary } from '../../src/testkit/arbitraries.ts';
import { normalized } from './support.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const state = fc.oneof(fc.constantFrom('success', 'failure', 'queued', 'timed_out', 'IN PROGRESS'), fc.string());
const facts: fc.Arbitrary<OutcomeFacts> = fc.record({
  category: fc.constantFrom(...CATEGORIES),
  action: fc.oneof(fc.constantFrom('order_failed', 'request_received', 'x.charge.failed', 'x.a'), fc.string()),
  outcome: maybe(fc.constantFrom(...OUTCOMES)),
  isFailure: maybe(fc.boolean()),
  decision: maybe(fc.constantFrom('allow' as const, 'deny' as const, 'challenge' as const)),
  blocked: maybe(fc.boolean()),
  deploymentStatus: maybe(state),
  conclusion: maybe(state),
  errorClass: maybe(fc.constantFrom(...ERROR_CLASSES)),
  bareErrorClass: maybe(fc.constantFrom(...ERROR_CLASSES)),
  spanStatus: maybe(fc.constantFrom('OK', 'ERROR', 'UNSET')),
  httpStatus: maybe(fc.integer({ min: -1, max: 1000 })),
  grpcStatus: maybe(fc.integer({ min: -1, max: 20 })),
  nestedStatus: maybe(state),
});

test('property 8: every combination of facts has one outcome, the same each time', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const decided = decideOutcome(given);
      expect(OUTCOMES).toContain(decided.outcome);
      expect(decideOutcome({ ...given })).toEqual(decided);
      expect(decided.conflict).not.toBe(decided.outcome);
    }),
  );
});

test('property 8: an explicit outcome is left alone, and deciding again agrees', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { outcome } = decideOutcome(given);
      expect(decideOutcome({ ...given, outcome }).outcome).toBe(outcome);
    }),
  );
});

/** From the strongest level to the weakest: each decides where all before it are silent. */
const LEVELS: readonly [Partial<OutcomeFacts>, string][] = [
  [{ outcome: 'skipped' }, 'skipped'],
  [{ isFailure: true }, 'failure'],
  [{ action: 'x.payment_authorized' }, 'success'],
  [{ errorClass: 'timeout' }, 'timeout'],
  [{ httpStatus: 403 }, 'denied'],
  [{ nestedStatus: 'in progress' }, 'pending'],
  [{}, 'unknown'],
];

test.each(LEVELS.map(([level, outcome], i) => ({ i, level, outcome })))(
  'property 8: level $i decides $outcome over all after it',
  ({ i, outcome }) => {
    const all: Partial<OutcomeFacts> = Object.assign({}, ...LEVELS.slice(i).map(([level]) => level));
    expect(decideOutcome({ category: 'system', action: 'x.a', ...all }).outcome).toBe(outcome);
  },
);

test('property 8: severity is never below what the outcome asks for, nor below what was sent', () => {
  fc.assert(
    fc.property(fc.constantFrom(...OUTCOMES), fc.integer({ min: 1, max: 24 }), (outcome, given) => {
      const severity = severityFor(outcome, given);
      expect(severity).toBeGreaterThanOrEqual(given);
      if (outcome === 'failure' || outcome === 'denied') expect(severity).toBeGreaterThanOrEqual(13);
      if (outcome === 'error' || outcome === 'timeout') expect(severity).toBeGreaterThanOrEqual(17);
    }),
  );
});

test('property 8: every normalised event has an outcome and a severity that fits it', () => {
  fc.assert(
    fc.property(rawEventArbitrary(), (raw) => {
      const sent = raw.content['outcome'];
      const { outcome, severity } = normalized(raw);
      expect(outcome).toBe(sent ?? outcome);
      expect(severity).toBe(severityFor(outcome, severity));
    }),
  );
});
