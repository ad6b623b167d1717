// Failed logins as a service sends them, through the processors: an alarm comes out, minimised like every event.
import { expect, test } from 'vitest';
import { plugins } from '../../plugins/index.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { EventBatch, type BatchItem, type ProcessorPlugin } from '../../src/sdk/index.ts';
import { of } from '../../src/sdk/rx.ts';
import { componentContext } from '../../src/testkit/index.ts';

const receivedAt = { seconds: 1_795_428_300, nanos: 0 };
const login = (second: number) => ({
  category: 'security',
  action: 'unauthorized_access',
  timestamp: `2026-11-23T10:01:${String(second).padStart(2, '0')}Z`,
  actor: { id: 'mallory@shop.example', type: 'user', ip: '192.0.2.77' },
  error: { code: 'InvalidCredentials' },
  security: {},
});

const processor = (name: string) => {
  const plugin = plugins.find((one): one is ProcessorPlugin => one.kind === 'processor' && one.type === name)!;
  return plugin.create(plugin.config.parse({}), componentContext({ id: name }));
};

const itemOf = (content: object, slot: number, canonical: boolean): BatchItem => ({
  slot,
  raw: {
    content: structuredClone(content) as Readonly<Record<string, unknown>>,
    source: { kind: 'api', receiver: 'http' },
    eventId: `019ab000-0000-7000-8000-${String(slot).padStart(12, '0')}`,
    receivedAt,
    rawSize: 300,
    ...(canonical ? { canonical: true } : {}),
  },
});

const run = (contents: readonly object[], canonical = false): CanonicalEvent[] => {
  const origin = { tenant: 'acme', receiver: 'http', pipeline: 'events', receivedAt };
  const batch = new EventBatch(
    origin,
    contents.map((content, slot) => itemOf(content, slot, canonical)),
  );
  const names = ['validate', 'normalize', 'detect', 'correlate', 'redact', 'tenant_filter'];
  const passed: EventBatch[] = [];
  names
    .map(processor)
    .reduce((batches, step) => batches.pipe(step), of(batch))
    .subscribe((one) => passed.push(one));
  expect([...batch.settled]).toEqual([]);
  return passed.flatMap(({ items }) => items.map(({ event }) => JSON.parse(JSON.stringify(event)) as CanonicalEvent));
};

test('five failed logins come out as six events, the alarm behind its cause', () => {
  const events = run([1, 2, 3, 4, 5].map(login));
  expect(events.map(({ security }) => security?.violation?.type)).toEqual([
    ...Array.from({ length: 5 }, () => 'authentication_failure'),
    'brute_force',
  ]);
  const alarm = events[5]!;
  expect(alarm.correlation).toMatchObject({ method: 'singleton', causationId: events[4]!.eventId });
  expect(alarm.actor).toEqual(events[4]!.actor);
  expect(JSON.stringify(events)).not.toContain('mallory@shop.example');
});

test('what another collector has sealed is not counted again', () => {
  const sealed = run([1, 2, 3, 4, 5].map(login)).slice(0, 5);
  expect(run(sealed, true)).toEqual(sealed);
});
