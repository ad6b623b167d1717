import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Busy, Outcome } from '../../../src/sdk/index.ts';
import {
  capturingLog,
  exampleEvent,
  fakeClock,
  fakeIntake,
  type FakeIntakeOptions,
} from '../../../src/testkit/index.ts';
import { fakeMessage } from './fixtures.ts';
import { createTaker } from './take.ts';
import { compileTenantOf } from './tenant.ts';

const setUp = (options: FakeIntakeOptions = {}, canonical = false) => {
  const intake = fakeIntake(options);
  const clock = fakeClock();
  const log = capturingLog();
  const busy: Busy[] = [];
  const taker = createTaker({
    receiver: 'nats',
    canonical,
    maxMessageBytes: 1e6,
    maxEventBytes: 1e6,
    intake,
    clock,
    log,
    tenantOf: compileTenantOf('events.{tenant}.>'),
    keyOf: () => Buffer.alloc(32),
    heartbeatMs: 1000,
    onBusy: (refused) => void busy.push(refused),
    onAnswered: () => undefined,
  });
  return { intake, clock, log, busy, taker };
};
const byName = (fates: Readonly<Record<string, Outcome>>): FakeIntakeOptions => ({
  outcomeOf: (slot, i) =>
    ('content' in slot ? fates[String(slot.content['name'])] : undefined) ??
    ('verdict' in slot && slot.verdict === 'reject'
      ? { status: 'rejected', errors: slot.errors }
      : { status: 'accepted', eventId: `e-${i}`, correlationId: 'c' }),
});
const REFUSED: Outcome = { status: 'rejected', errors: [{ code: 'X_BAD', path: '/name', message: 'is bad' }] };
const LATER: Outcome = { status: 'retry', afterMs: 700, reason: 'disk_full' };
const settled = async (taker: { readonly open: number }): Promise<void> => {
  while (taker.open > 0) await nextTurn();
};

test('messages that come at once are emitted at once, by tenant, and answered each for itself', async () => {
  const { intake, taker } = setUp(byName({ bad: REFUSED, later: LATER }));
  const messages = [
    fakeMessage({ name: 'a' }),
    fakeMessage([{ name: 'b' }, { name: 'bad' }]),
    fakeMessage({ name: 'c' }, { subject: 'events.globex.x' }),
    fakeMessage({ name: 'bad' }),
    fakeMessage([{ name: 'bad' }, { name: 'later' }]),
  ];
  for (const message of messages) taker.take(message);
  await settled(taker);
  expect(intake.emits.map(({ slots }) => slots.length)).toEqual([6, 1]);
  expect(messages.map(({ answers }) => answers)).toEqual([
    [{ kind: 'ack' }],
    [{ kind: 'ack' }],
    [{ kind: 'ack' }],
    [{ kind: 'term', reason: 'X_BAD' }],
    [{ kind: 'nak', afterMs: 700 }],
  ]);
  // Of the message that comes again, nothing is buried yet.
  expect(intake.letters.map(({ code, tenant, message }) => [code, tenant, message])).toEqual([
    ['X_BAD', 'acme', '/name is bad'],
    ['X_BAD', 'acme', '/name is bad'],
  ]);
  expect(intake.held).toBe(0);
});

test('what comes again stands alone, so that it cannot fail its neighbours twice', async () => {
  const { intake, taker } = setUp();
  for (const attempts of [1, 2, 1, 3]) taker.take(fakeMessage({ name: 'a' }, { attempts }));
  await settled(taker);
  expect(intake.emits.map(({ slots }) => slots.length).toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
});

test('a group ends at 1 MiB', async () => {
  const { intake, taker } = setUp();
  for (let i = 0; i < 5; i++) taker.take(fakeMessage({ name: 'x'.repeat(400_000) }));
  await settled(taker);
  expect(intake.emits.map(({ slots }) => slots.length)).toEqual([2, 2, 1]);
});

test('no answer before the events are settled; meanwhile the server is asked for time', async () => {
  const { intake, clock, taker } = setUp();
  const held = intake.hold();
  const message = fakeMessage({ name: 'a' });
  taker.take(message);
  await held.arrived;
  clock.advance(2500);
  expect([message.answers, message.beats()]).toEqual([[], 2]);
  held.release();
  await settled(taker);
  expect(message.answers).toEqual([{ kind: 'ack' }]);
  clock.advance(10_000);
  expect([message.beats(), clock.scheduled]).toEqual([2, 0]);
});

test('no room: it comes again when told, and nothing is asked for', async () => {
  const { intake, busy, taker } = setUp();
  intake.setBusy({ busy: 'memory', afterMs: 1500 });
  const message = fakeMessage({ name: 'a' });
  taker.take(message);
  await settled(taker);
  expect(message.answers).toEqual([{ kind: 'nak', afterMs: 1500 }]);
  expect(busy).toEqual([{ busy: 'memory', afterMs: 1500 }]);
  expect(intake.letters).toEqual([]);
});

test.each([
  ['no tenant', fakeMessage({ name: 'canary' }, { subject: 'elsewhere' }), 'NATS_TENANT', ''],
  ['an unknown tenant', fakeMessage({ name: 'canary' }, { subject: 'events.evil.x' }), 'NATS_TENANT_UNKNOWN', 'evil'],
  ['nonsense', fakeMessage('canary {'), 'JSON_SYNTAX', 'acme'],
])('%s: a dead letter without content first, the end then', async (_name, message, code, tenant) => {
  const { intake, taker, log } = setUp({ tenants: ['acme'] });
  taker.take(message);
  await settled(taker);
  expect(message.answers).toEqual([{ kind: 'term', reason: code }]);
  expect(intake.letters).toMatchObject([{ code, tenant, attempts: 1 }]);
  expect(intake.letters[0]!.digest).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  expect(JSON.stringify([intake.letters, log.lines])).not.toContain('canary');
  expect(intake.emits).toEqual([]);
  expect(intake.held).toBe(0);
});

test('dead letters without room: it comes again', async () => {
  const { intake, taker, log } = setUp();
  intake.deadLetter = () => Promise.reject(new Error('canary: full'));
  const message = fakeMessage('nonsense');
  taker.take(message);
  await settled(taker);
  expect(message.answers).toEqual([{ kind: 'nak', afterMs: 5000 }]);
  expect(log.lines.join('\n')).not.toContain('canary');
  expect(intake.held).toBe(0);
});

test('a canonical event that is refused is kept whole: it was acknowledged by another collector', async () => {
  const { intake, taker } = setUp({ tenants: ['acme'] }, true);
  const event = exampleEvent({ tenantId: 'evil' });
  const headers = { 'Betalogs-Format': 'canonical.v1' };
  taker.take(fakeMessage(event, { subject: 'events.evil.business', headers }));
  await settled(taker);
  expect(intake.letters).toMatchObject([
    { code: 'NATS_TENANT_UNKNOWN', eventId: event.eventId, line: JSON.stringify(event) },
  ]);
});
