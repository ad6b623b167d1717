import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../src/event/json.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { mapCloudEvent } from '../../src/mapping/cloudevents/map-cloud-event.ts';
import { toCloudEvent } from '../../src/mapping/cloudevents/to-cloud-event.ts';
import { RECEIVED_AT, rawEventArbitrary } from '../../src/testkit/arbitraries.ts';
import { asStored, errorsOf, newEngine, newValidator, normalized } from './support.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? 1000);
const engine = newEngine();
const validator = newValidator();

const event = rawEventArbitrary().map((raw) => {
  const made = normalized(raw);
  engine.correlate(made);
  return made;
});

const imported = (sent: unknown): CanonicalEvent => {
  const raw = mapCloudEvent(sent, { receiver: 'any', receivedAt: RECEIVED_AT, rawSize: 1 });
  if ('verdict' in raw) return expect.fail(JSON.stringify(raw));
  expect(errorsOf(validator, raw)).toEqual([]);
  const again = normalized(raw);
  engine.correlate(again);
  return again;
};

const ANEW: ReadonlySet<string> = new Set(
  'eventId receivedAt processedAt source processing integrity timestampSource'.split(' '),
);
/** What the edge decides anew (EVENTS.md 9), and the group of an event that is one by itself. */
const comparable = (made: CanonicalEvent): object => {
  const rest = Object.fromEntries(Object.entries(asStored(made)).filter(([name]) => !ANEW.has(name)));
  const correlation = rest['correlation'] as { method: string };
  return correlation.method === 'singleton' ? { ...rest, correlation: { ...correlation, correlationId: '' } } : rest;
};

test('property 18: a CloudEvent that was made of an event gives the event back', () => {
  fc.assert(
    fc.property(event, (made) => {
      const sent = parseJson(JSON.stringify(toCloudEvent(made))) as { value: object };
      expect(comparable(imported(sent.value))).toEqual(comparable(made));
    }),
    { numRuns },
  );
});

test('property 18: an event that came as a CloudEvent is the same event when it comes back', () => {
  fc.assert(
    fc.property(event, fc.constantFrom('/shop', 'urn:a:b', 'https://a/b?c=d#e'), fc.uuid(), (made, source, id) => {
      const first = imported({ ...toCloudEvent(made), source, id });
      const second = imported(toCloudEvent(first));
      expect(second.eventId).toBe(first.eventId);
      expect(second.source).toMatchObject({ kind: 'cloudevents', name: source, eventId: id });
    }),
    { numRuns: numRuns / 10 },
  );
});
