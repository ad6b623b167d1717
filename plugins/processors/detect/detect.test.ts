import { describe, expect, test } from 'vitest';
import { compileCheck } from '../../../src/event/check.ts';
import { canonicalEvent, type CanonicalEvent } from '../../../src/event/schema.ts';
import { exampleEvent } from '../../../src/testkit/index.ts';
import { createDetect, type Detect, type DetectorOptions } from './detect.ts';

const OPTIONS: DetectorOptions = {
  threshold: 5,
  windowSeconds: 600,
  maxSubjects: 1000,
  actions: ['unauthorized_access'],
};
const WINDOW = '2026-11-23T10:10:00Z';
const START_MS = Date.parse(WINDOW);
const newDetect = (options: Partial<DetectorOptions> = {}): Detect => createDetect({ ...OPTIONS, ...options });

interface Attempt {
  readonly id?: number;
  /** Seconds after the window's start. */
  readonly at?: number;
  readonly actor?: string;
  readonly ip?: string;
  readonly more?: Partial<CanonicalEvent>;
}

const failed = ({ id = 0, at = id, actor = 'mallory', ip, more }: Attempt): CanonicalEvent =>
  exampleEvent({
    eventId: `019ab000-0000-7000-8000-${String(id).padStart(12, '0')}`,
    category: 'security',
    action: 'unauthorized_access',
    timestamp: new Date(START_MS + at * 1000).toISOString(),
    outcome: 'denied',
    actor: { id: actor, type: 'user', ip },
    security: {
      violation: { type: 'authentication_failure', severity: 'low', confidence: 1, blocked: true },
      decision: 'deny',
    },
    ...more,
  });

const times = (count: number, attempt: (i: number) => Attempt = () => ({})): CanonicalEvent[] =>
  Array.from({ length: count }, (_, i) => failed({ id: i, ...attempt(i) }));
const raisedBy = (events: readonly CanonicalEvent[], detect = newDetect()): CanonicalEvent[] => events.flatMap(detect);

describe('brute force', () => {
  test('the fifth failure raises one alarm, which tells counts and its cause', () => {
    const events = times(7, () => ({ ip: '192.0.2.1' }));
    const raised = raisedBy(events);
    expect(raised).toMatchObject([
      {
        tenantId: 'acme',
        category: 'security',
        action: 'unauthorized_access',
        timestamp: WINDOW,
        outcome: 'denied',
        severity: 17,
        actor: { id: 'mallory', type: 'user', ip: '192.0.2.1' },
        security: {
          violation: { type: 'brute_force', severity: 'high', confidence: 1, blocked: true },
          decision: 'deny',
        },
        correlation: { causationId: events[4]!.eventId },
        data: { rule: 'brute_force', threshold: 5, windowStart: WINDOW, failures: 5, actors: 1, ips: 1 },
      },
    ]);
    expect(raised[0]!.correlation.correlationId).toBe(raised[0]!.eventId);
  });

  test('the alarm is a canonical event, and links to the trace of its cause', () => {
    const correlation = {
      correlationId: 'c',
      method: 'explicit',
      confidence: 1,
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
    } as const;
    const [alarm] = raisedBy(times(5, () => ({ more: { correlation } })));
    const sealed = { ...alarm, integrity: { contentHash: `sha256:${'0'.repeat(64)}`, rawSize: 0 } };
    expect(compileCheck(canonicalEvent)(JSON.parse(JSON.stringify(sealed)))).toEqual([]);
    expect(alarm?.correlation.links).toEqual([
      { correlationId: `trace:${'a'.repeat(32)}`, type: 'caused_by', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
    ]);
  });

  test('the failures are left as they are', () => {
    const events = times(6);
    const before = structuredClone(events);
    expect(raisedBy(events)).toHaveLength(1);
    expect(events).toEqual(before);
  });

  test.each<[string, CanonicalEvent[], number]>([
    ['four are too few', times(4), 0],
    ['five within the window', times(5, (id) => ({ at: id * 149 })), 1],
    ['the fifth a window after the first', times(5, (id) => ({ at: id * 150 })), 0],
    ['across the border of two windows', times(5, (id) => ({ at: 598 + id })), 1],
    ['ten of one window', times(10), 1],
    ['ten in each of two windows', times(20, (id) => ({ at: id < 10 ? id : 600 + id })), 2],
    ['in another order', times(5).toReversed(), 1],
    ['of several actors', times(8, (id) => ({ actor: `u${id % 2}` })), 0],
    ['of several tenants', times(8, (id) => ({ more: { tenantId: `t${id % 2}` } })), 0],
    ['the same failure sent again', times(9, () => ({ id: 1 })), 0],
  ])('%s', (_, events, alarms) => {
    expect(raisedBy(events)).toHaveLength(alarms);
  });

  const violation = (type: 'brute_force' | 'invalid_token' | 'cross_tenant_access') => ({
    security: { violation: { type, severity: 'low', confidence: 1, blocked: true } } as const,
  });
  test.each<[string, Partial<CanonicalEvent>, number]>([
    ['an invalid token', violation('invalid_token'), 1],
    ['an outcome failure', { ...violation('cross_tenant_access'), outcome: 'failure' }, 1],
    ['an outcome failure without a violation', { security: {}, outcome: 'failure' }, 1],
    ['another violation', violation('cross_tenant_access'), 0],
    ['an alarm itself', { ...violation('brute_force'), outcome: 'failure' }, 0],
    ['another action', { action: 'permission_denied' }, 0],
    ['another category', { category: 'system' }, 0],
    ['nobody to blame', { actor: { id: 'x', type: 'unauthenticated' } }, 0],
  ])('of %s', (_, more, alarms) => {
    expect(raisedBy(times(5, () => ({ more })))).toHaveLength(alarms);
  });

  test('actions of one own', () => {
    const events = times(5, () => ({ more: { action: 'x.login_failed' } }));
    expect(raisedBy(events, newDetect({ actions: ['x.login_failed'] }))).toHaveLength(1);
  });

  test('an address that tried several actors raises an alarm of its own', () => {
    const [alarm, ...more] = raisedBy(times(5, (id) => ({ actor: `u${id}`, ip: '192.0.2.1' })));
    expect(more).toEqual([]);
    expect(alarm).toMatchObject({ actor: { id: '192.0.2.1', type: 'unknown', ip: '192.0.2.1' }, data: { actors: 5 } });
  });

  test('an address without actors raises one too', () => {
    const actor = { id: '-', type: 'unauthenticated', ip: '192.0.2.1' } as const;
    expect(raisedBy(times(5, () => ({ more: { actor } })))).toMatchObject([{ data: { actors: 0, ips: 1 } }]);
  });

  test('of several addresses the alarm names none', () => {
    const [alarm] = raisedBy(times(5, (id) => ({ ip: `192.0.2.${id}` })));
    expect(alarm?.actor?.ip).toBeUndefined();
    expect(alarm?.data).toMatchObject({ ips: 5 });
  });

  test('an attempt that was not blocked makes the alarm one that was not', () => {
    const security = {
      violation: { type: 'authentication_failure', severity: 'low', confidence: 1, blocked: false },
    } as const;
    const [alarm] = raisedBy(times(5, (id) => (id === 2 ? { more: { security } } : {})));
    expect(alarm).toMatchObject({ outcome: 'success', security: { decision: 'allow', violation: { blocked: false } } });
  });

  test('the failure that completed it raises it again when it is sent again, and no other does', () => {
    const detect = newDetect();
    const events = times(5);
    const [first] = raisedBy(events, detect);
    expect(raisedBy(events, detect).map(({ eventId }) => eventId)).toEqual([first!.eventId]);
  });
});

describe('ids', () => {
  const idOf = (events: CanonicalEvent[]): string | undefined => raisedBy(events)[0]?.eventId;

  test('each replica derives the same event, whatever the order', () => {
    const [here] = raisedBy(times(5));
    const [there] = raisedBy(times(5).toReversed());
    expect({ ...there, correlation: undefined }).toEqual({ ...here, correlation: undefined });
  });

  test('tenant, subject and window are part of it', () => {
    const ids = [
      idOf(times(5)),
      idOf(times(5, () => ({ actor: 'eve' }))),
      idOf(times(5, () => ({ more: { tenantId: 'globex' } }))),
      idOf(times(5, (id) => ({ at: id + 600 }))),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

describe('memory', () => {
  /** Each fails four times; then the first fails once more. */
  const afterOthers = (others: number, tenantOf: (i: number) => string, max: number): number => {
    const detect = newDetect({ maxSubjects: max });
    const of = (id: number, actor: string, tenantId: string) => failed({ id, at: id % 60, actor, more: { tenantId } });
    const first = [0, 1, 2, 3].flatMap((id) => detect(of(id, 'first', 'acme')));
    for (let i = 0; i < others; i++) detect(of(100 + i, `other${i}`, tenantOf(i)));
    return [...first, ...detect(of(4, 'first', 'acme'))].length;
  };

  test.each([
    ['others of the tenant within its tenth', 9, () => 'acme', 100, 1],
    ['others of the tenant beyond its tenth push it out', 10, () => 'acme', 100, 0],
    ['another tenant pushes out its own alone', 1000, () => 'globex', 100, 1],
    ['many tenants push out the least recent of all', 100, (i: number) => `t${i % 50}`, 100, 0],
  ])('%s', (_, others, tenantOf, max, alarms) => {
    expect(afterOthers(others, tenantOf, max)).toBe(alarms);
  });
});
