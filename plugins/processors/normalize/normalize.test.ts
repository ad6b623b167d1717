import { describe, expect, test } from 'vitest';
import type { RawEvent } from '../../../src/event/raw-event.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';
import { nameBasedId } from '../../../src/event/ids.ts';
import { formatInstant } from '../../../src/event/time.ts';
import { ORIGIN, RECEIVED_AT, rawEventOf, type Content } from '../../../src/testkit/arbitraries.ts';
import { TICK, TRACE, SPAN, newNormalizer, result, eventOf, warningsOf } from './fixtures.ts';

describe('eventId', () => {
  const minted = '019ab512-3456-7abc-8def-0123456789ab';

  test('what nobody named keeps the id that the edge gave it, and has no fingerprint', () => {
    const { eventId, integrity } = eventOf(TICK, { eventId: minted });
    expect(eventId).toBe(minted);
    expect(integrity.fingerprint).toBeUndefined();
  });

  test.each<[string, Content, Partial<RawEvent>, string]>([
    ['sourceEventId', { ...TICK, sourceEventId: 'e1' }, {}, nameBasedId('acme', '', 'e1', '')],
    ['source.name', { ...TICK, sourceEventId: 'e1', source: 'shop' }, {}, nameBasedId('acme', 'shop', 'e1', '')],
    ['source.eventId', { ...TICK, source: { name: 'shop', eventId: 'e1' } }, {}, nameBasedId('acme', 'shop', 'e1', '')],
    ['the protocol', TICK, { identity: { name: '/s', id: 'e1', part: '3' } }, nameBasedId('acme', '/s', 'e1', '3')],
    [
      "the event's own before the protocol's",
      { ...TICK, sourceEventId: 'e1' },
      { identity: { name: '', id: 'k' } },
      nameBasedId('acme', '', 'e1', ''),
    ],
  ])('an event is named by %s', (_, content, more, expected) => {
    const { eventId, integrity } = eventOf(content, more);
    expect(eventId).toBe(expected);
    expect(integrity.fingerprint).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  });

  test('a replayed event keeps its id', () => {
    const more = { source: { kind: 'replay', receiver: 'replay' }, eventId: minted } as const;
    expect(eventOf({ ...TICK, source: { eventId: 'e1' } }, more).eventId).toBe(minted);
  });

  test('a body cannot set it: the field is unknown there', () => {
    expect(eventOf({ ...TICK, eventId: 'mine' })).toMatchObject({ eventId: minted, attributes: { eventId: 'mine' } });
  });

  test('the fingerprint is of what was sent: not of correlation, times of the edge, or the order of keys', () => {
    const print = (content: Content, more: Partial<RawEvent> = {}) =>
      eventOf({ ...content, sourceEventId: 'e' }, more).integrity.fingerprint;
    const base = print({ ...TICK, data: { a: 1, b: 2 } });
    expect(print({ data: { b: 2, a: 1 }, ...TICK, correlation: { traceId: TRACE } })).toBe(base);
    expect(print({ ...TICK, data: { a: 1, b: 2 } }, { receivedAt: { seconds: 1.7e9, nanos: 0 } })).toBe(base);
    expect(print({ ...TICK, data: { a: 1, b: 3 } })).not.toBe(base);
    expect(print({ ...TICK, data: { a: 1, b: 2 } }, { instant: { seconds: 1.7e9, nanos: 0 } })).not.toBe(base);
  });
});

describe('time', () => {
  test.each<[string | number, string, string | undefined]>([
    ['2025-11-24T16:00:00.100Z', '2025-11-24T16:00:00.100Z', undefined],
    ['2025-11-24T16:00:00.1Z', '2025-11-24T16:00:00.1Z', undefined],
    ['2025-11-24T17:00:00.1+01:00', '2025-11-24T16:00:00.100Z', '2025-11-24T17:00:00.1+01:00'],
    [1_764_000_000_000, '2025-11-24T16:00:00Z', '1764000000000'],
  ])('%s', (timestamp, text, original) => {
    const event = eventOf({ ...TICK, timestamp });
    expect(event).toMatchObject({ timestamp: text, timestampSource: 'event' });
    expect(event.timestampOriginal).toBe(original);
  });

  test('without a time of its own it has that of its receipt', () => {
    const received = formatInstant(RECEIVED_AT);
    expect(eventOf(TICK)).toMatchObject({ timestamp: received, receivedAt: received, timestampSource: 'received' });
  });

  test.each<[Content, string[]]>([
    [{ timestamp: '2025-11-24 15:00:00' }, ['timestamp_zone_assumed']],
    [{ timestamp: RECEIVED_AT.seconds + 300 }, []],
    [{ timestamp: RECEIVED_AT.seconds + 301 }, ['timestamp_ahead']],
    [{ sourceEventId: 'e1' }, ['identity_without_time']],
    [{ sourceEventId: 'e1', timestamp: RECEIVED_AT.seconds }, []],
  ])('%j warns of %j', (fields, codes) => {
    expect(warningsOf(eventOf({ ...TICK, ...fields }))).toEqual(codes);
  });

  test('a time that cannot be read refuses the event', () => {
    expect(result({ ...TICK, timestamp: 'soon' })).toMatchObject({
      verdict: 'reject',
      errors: [{ path: '/timestamp' }],
    });
  });

  test('processedAt is one for a batch', () => {
    let seconds = RECEIVED_AT.seconds;
    const normalizer = newNormalizer({ clock: { now: () => ({ seconds: seconds++, nanos: 0 }) } });
    const at = (origin: typeof ORIGIN) =>
      (normalizer.normalize(rawEventOf(TICK), origin) as CanonicalEvent).processedAt;
    expect(at(ORIGIN)).toBe(at(ORIGIN));
    expect(at({ ...ORIGIN })).not.toBe(at(ORIGIN));
  });
});

describe('what has no place in the schema', () => {
  test('scalars go to the attributes, the rest to the payload, and nothing is overwritten', () => {
    const event = eventOf({
      ...TICK,
      region: 'eu',
      tags: ['a'],
      nested: { a: 1 },
      taken: 1,
      actor: { id: 'a', department: 'x', manager: { id: 'm' } },
      objects: [{ type: 't', id: 'i', colour: 'red' }],
      attributes: { taken: 'before' },
      data: { nested: 'before' },
    });
    expect(event.attributes).toEqual({
      taken: 'before',
      region: 'eu',
      'actor.department': 'x',
      'objects.0.colour': 'red',
    });
    expect(event.data).toEqual({
      nested: 'before',
      nested_: { a: 1 },
      tags: ['a'],
      taken: 1,
      'actor.manager': { id: 'm' },
    });
    expect(event.actor).toEqual({ id: 'a', type: 'unknown' });
    expect(event.objects).toEqual([{ type: 't', id: 'i' }]);
  });

  test('an exact big integer is a scalar', () => {
    const exact = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('12345678901234567890');
    const raw = { ...rawEventOf(TICK), content: { ...TICK, serial: exact } };
    expect(JSON.stringify(newNormalizer().normalize(raw, ORIGIN))).toContain(
      '"attributes":{"serial":12345678901234567890}',
    );
  });
});

describe('derived fields', () => {
  test('query strings are dropped', () => {
    expect(eventOf({ ...TICK, request: { method: 'GET', path: '/a?token=1#x' } }).request).toEqual({
      method: 'GET',
      path: '/a',
    });
  });

  test.each<[Content, Content | undefined]>([
    [{ outcome: 'error' }, { class: 'unknown', retriable: false }],
    [{ action: 'downstream_timeout' }, { class: 'timeout', retriable: true }],
    [{ request: { statusCode: 503 } }, { class: 'dependency', retriable: true }],
    [{ attributes: { 'http.response.status_code': 404 } }, { class: 'not_found', retriable: false }],
    [{ error: { code: 'ECONNRESET' } }, { class: 'connection', code: 'ECONNRESET', retriable: true }],
    [{ error: { class: 'quota', code: 'ECONNRESET' } }, { class: 'quota', code: 'ECONNRESET', retriable: false }],
    [{ outcome: 'success' }, undefined],
    [{ outcome: 'error', category: 'business' }, undefined],
  ])('the error of %j is %j', (fields, error) => {
    expect(eventOf({ ...TICK, ...fields }).error).toEqual(error);
  });

  test('two levels that disagree leave a warning with both values', () => {
    const event = eventOf({ ...TICK, outcome: 'success', request: { statusCode: 500 } });
    expect(event.processing.warnings).toEqual([
      { code: 'outcome_conflict', path: '/outcome', detail: 'success, error' },
    ]);
  });

  test('evidence is derived, once each, and sorted', () => {
    const event = eventOf({
      category: 'delivery',
      action: 'pr_merged',
      evidence: [
        { type: 'ticket', url: 'https://t.example/9' },
        { type: 'commit', url: 'https://github.com/o/r/commit/abc', title: 'mine' },
      ],
      github: {
        deliveryId: 'd',
        event: 'pull_request',
        repository: { id: 1, fullName: 'o/r', url: 'https://github.com/o/r' },
        pullRequest: { number: 7, title: 'Fix', url: 'https://github.com/o/r/pull/7', mergeCommitSha: 'abc' },
      },
    });
    expect(event.evidence).toEqual([
      { type: 'commit', url: 'https://github.com/o/r/commit/abc', title: 'mine', verified: false },
      { type: 'pull_request', url: 'https://github.com/o/r/pull/7', title: 'Fix', id: '7', verified: false },
      { type: 'ticket', url: 'https://t.example/9', verified: false },
    ]);
  });

  test('evidence falls back to one page that says where to look', () => {
    const github = { deliveryId: 'd', event: 'star', organization: 'acme', sender: 'bob' };
    const source = { kind: 'github', receiver: 'github' } as const;
    expect(eventOf({ category: 'delivery', action: 'x.a', github }, { source }).evidence).toEqual([
      { type: 'other', url: 'https://github.com/acme', verified: true },
    ]);
  });

  test.each<[Content, Content]>([
    [
      { action: 'permission_denied' },
      {
        decision: 'deny',
        violation: { type: 'insufficient_permission', severity: 'low', confidence: 0.8, blocked: true },
      },
    ],
    [{ action: 'permission_denied', security: { dataClassification: 'PII' } }, { violation: { severity: 'high' } }],
    [
      { action: 'unauthorized_access' },
      { decision: 'deny', violation: { type: 'authentication_failure', blocked: true } },
    ],
    [
      { action: 'unauthorized_access', error: { code: 'ExpiredToken' } },
      { violation: { type: 'expired_session', severity: 'info' } },
    ],
    [
      { action: 'unauthorized_access', error: { code: 'InvalidToken' } },
      { violation: { type: 'invalid_token', severity: 'low' } },
    ],
    [
      { action: 'unauthorized_access', actor: { id: '?', type: 'unauthenticated' } },
      { violation: { type: 'unauthenticated_access', severity: 'medium' } },
    ],
    [
      { action: 'unauthorized_access', actor: { id: '?', type: 'unauthenticated' }, outcome: 'success' },
      { decision: 'allow', violation: { severity: 'high', blocked: false } },
    ],
    [
      { action: 'role_changed', security: { grantedRole: 'org-admin' } },
      { decision: 'allow', violation: { type: 'privilege_escalation', severity: 'critical', blocked: false } },
    ],
    [
      { action: 'role_changed', security: { grantedRole: 'viewer' } },
      { violation: { type: 'none', severity: 'info' } },
    ],
    [{ action: 'role_changed', security: {} }, { violation: { type: 'privilege_reduction' } }],
    [
      { security: { decision: 'challenge', violation: { type: 'invalid_token' } } },
      { violation: { severity: 'low', confidence: 1, blocked: true } },
    ],
    [
      { security: { violation: { type: 'brute_force', blocked: false } } },
      { decision: 'allow', violation: { severity: 'high', blocked: false } },
    ],
  ])('the security of %j is %j', (fields, security) => {
    const event = eventOf({ category: 'security', action: 'x.a', actor: { id: 'a', type: 'user' }, ...fields });
    expect(event.security).toMatchObject(security);
  });
});

describe('trace context', () => {
  test('traceparent and tracestate become their fields', () => {
    const correlation = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1' };
    expect(eventOf({ ...TICK, correlation }).correlation).toMatchObject({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: 1,
      traceState: 'a=1',
    });
  });

  test.each<[Content, Content]>([
    [
      { traceparent: 'bad', tracestate: 'a=1' },
      { 'correlation.traceparent': 'bad', 'correlation.tracestate': 'a=1' },
    ],
    [{ traceId: '0'.repeat(32) }, { 'correlation.traceId': '0'.repeat(32) }],
    [{ correlationId: 'a b' }, { 'correlation.correlationId': 'a b' }],
    [
      { traceparent: 'bad', tracestate: '\u00e4'.repeat(100) },
      { 'correlation.traceparent': 'bad', 'correlation.tracestate': '\u00e4'.repeat(64) },
    ],
    [
      { traceparent: 'bad', traceState: 'a=1' },
      { 'correlation.traceparent': 'bad', 'correlation.traceState': 'a=1' },
    ],
    [{ traceparent: `ff-${TRACE}-${SPAN}-01` }, { 'correlation.traceparent': `ff-${TRACE}-${SPAN}-01` }],
    [{ spanId: 'x'.repeat(120) + 'é'.repeat(10) }, { 'correlation.spanId': 'x'.repeat(120) + 'é'.repeat(4) }],
  ])('%j is kept as text, with a warning, and never used', (correlation, attributes) => {
    const event = eventOf({ ...TICK, correlation });
    expect(event.attributes).toEqual(attributes);
    expect(warningsOf(event)).toEqual([
      'correlationId' in correlation ? 'correlation_id_invalid' : 'trace_context_invalid',
    ]);
    expect(event.correlation).toEqual({ correlationId: event.eventId, method: 'singleton', confidence: 0 });
  });

  test('a bad tracestate leaves traceparent', () => {
    const event = eventOf({ ...TICK, correlation: { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'BAD' } });
    expect(event.correlation).toMatchObject({ traceId: TRACE });
    expect(event.correlation.traceState).toBeUndefined();
  });

  test('the hop is a link, never the context, and no link within one trace', () => {
    const source = { kind: 'api', receiver: 'http', traceparent: `00-${TRACE}-${SPAN}-01` } as const;
    const hop = { correlationId: `trace:${TRACE}`, type: 'hop', traceId: TRACE, spanId: SPAN };
    const alone = eventOf(TICK, { source }).correlation;
    expect(alone.traceId).toBeUndefined();
    expect(alone.links).toEqual([hop]);
    expect(eventOf({ ...TICK, correlation: { traceId: 'a'.repeat(32) } }, { source }).correlation).toMatchObject({
      traceId: 'a'.repeat(32),
      links: [hop],
    });
    expect(
      eventOf({ ...TICK, correlation: { traceId: TRACE.toUpperCase() } }, { source }).correlation.links,
    ).toBeUndefined();
  });

  test('a link by its trace alone gets that group as its target', () => {
    const links = [{ traceId: TRACE, role: 'parent' }, { role: 'lost' }];
    const event = eventOf({ ...TICK, correlation: { links } });
    expect(event.correlation.links).toEqual([{ correlationId: `trace:${TRACE}`, role: 'parent', traceId: TRACE }]);
    expect(warningsOf(event)).toEqual(['link_without_target']);
  });
});

test('where it came from: the door, and what the sender calls itself', () => {
  expect(eventOf(TICK).source).toEqual({ kind: 'api' });
  const event = eventOf({
    ...TICK,
    source: { kind: 'shop', name: 'n', version: '2', colour: 'red' },
    sourceEventId: 'e',
  });
  expect(event.source).toEqual({ kind: 'api', name: 'n', eventId: 'e', version: '2' });
  expect(event.attributes).toEqual({ 'source.kind': 'shop', 'source.colour': 'red' });
});

test("the receiver's warnings stay", () => {
  const event = eventOf(TICK, { warnings: [{ code: 'attributes_dropped', path: '/attributes' }] });
  expect(warningsOf(event)).toEqual(['attributes_dropped']);
});
