import { expect, test } from 'vitest';
import { CorrelationEngine } from '../../plugins/processors/correlate/correlate.ts';
import { PRIMARY_KEYS, SECONDARY_KEYS } from '../../plugins/processors/correlate/keys.ts';
import { createRedactor } from '../../plugins/processors/redact/redact.ts';
import { exampleEvent, fakeKeyRing } from '../../src/testkit/fakes.ts';

const { pseudonymKey: keyOf } = fakeKeyRing();
const correlate = new CorrelationEngine({
  primary: PRIMARY_KEYS,
  secondary: SECONDARY_KEYS,
  paths: {},
  pseudonyms: { types: ['ticketId'], keyOf },
});
const rule = { name: 'ticket', method: 'hash' as const, max: 0 };
const redact = createRedactor(
  { denyKeys: [], pathRules: [], keyRules: [{ keys: ['ticketId'], rule }], allowLists: [], disabled: new Set() },
  keyOf,
);

test('correlate and redact write the same pseudonym, and redact leaves the group as it is', () => {
  const event = exampleEvent({ data: { ticketId: 'PAT-1' } });
  event.correlation = { correlationId: event.eventId, method: 'singleton', confidence: 0 };
  correlate.correlate(event);
  const correlation = structuredClone(event.correlation);
  redact(event);
  expect(event.data).toEqual({ ticketId: expect.stringMatching(/^hash:[0-9a-f]{32}$/) });
  expect(correlation.businessKeys).toEqual(event.data);
  expect(event.correlation).toEqual(correlation);
});
