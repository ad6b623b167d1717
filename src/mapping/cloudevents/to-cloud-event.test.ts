import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '../../event/schema.ts';
import { exampleEvent } from '../../testkit/index.ts';
import { toCloudEvent } from './to-cloud-event.ts';

const event = (more: object = {}): CanonicalEvent => ({ ...exampleEvent(), ...more });
const correlation = { correlationId: 'c', method: 'explicit', confidence: 1 } as const;

test('the envelope says in CloudEvents’ words what the event says', () => {
  const { eventId, timestamp, category, action, outcome, severity } = event();
  const traced = {
    ...correlation,
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    traceFlags: 1,
    traceState: 'a=1',
    causationId: 'k',
  };
  const sent = event({
    correlation: traced,
    actor: { id: 'a', type: 'user' },
    object: { type: 'o', id: '7' },
    source: { kind: 'api' },
  });
  expect(toCloudEvent(sent)).toMatchObject({
    specversion: '1.0',
    id: eventId,
    source: 'urn:betalogs:collector',
    type: `io.betalogs.${category}.${action}`,
    time: timestamp,
    subject: '7',
    datacontenttype: 'application/json',
    dataschema: 'urn:betalogs:event:1',
    category,
    outcome,
    severitynumber: severity,
    authtype: 'user',
    authid: 'a',
    correlationid: 'c',
    causationid: 'k',
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    tracestate: 'a=1',
    data: { category, action, outcome, object: { type: 'o', id: '7' } },
  });
});

test('what the collector added is not in it, and the tenant is the credential’s', () => {
  const { data } = toCloudEvent(event({ correlation: { ...correlation, method: 'trace' } }));
  const added = /^(schemaVersion|eventId|tenantId|receivedAt|processedAt|timestampSource|processing|integrity)$/;
  expect(Object.keys(data).filter((key) => added.test(key))).toEqual([]);
  expect(data['correlation']).toEqual({});
});

describe('names', () => {
  test.each<[string, object, object]>([
    [
      'the sender’s own',
      { kind: 'cloudevents', name: '/shop', eventId: 'e1', type: 'com.acme.x' },
      { source: '/shop', id: 'e1', type: 'com.acme.x' },
    ],
    [
      'of another protocol',
      { kind: 'github', name: 'github', eventId: 'd', type: 'push' },
      { source: 'github', id: 'd', type: expect.stringMatching(/^io\.betalogs\./) },
    ],
    ['one that is no URI', { kind: 'api', name: 'a b', eventId: 'e' }, { source: 'urn:betalogs:collector' }],
    ['half of one', { kind: 'api', name: 'billing' }, { source: 'urn:betalogs:collector' }],
  ])('%s', (_name, source, names) => expect(toCloudEvent(event({ source }))).toMatchObject(names));
});

test.each([
  ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05Z', '2026-01-02T03:04:05+02:00'],
  ['noon', '2026-01-02T01:04:05Z', '2026-01-02T01:04:05Z'],
  [undefined, '2026-01-02T01:04:05.1Z', '2026-01-02T01:04:05.1Z'],
])('the time as it was sent: %s', (timestampOriginal, timestamp, sent) =>
  expect(toCloudEvent(event({ timestamp, timestampOriginal }))).toMatchObject({
    time: timestamp,
    data: { timestamp: sent },
  }),
);
