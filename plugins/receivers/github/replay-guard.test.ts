import { expect, test } from 'vitest';
import { fakeClock } from '../../../src/testkit/fakes.ts';
import { createReplayGuard } from './replay-guard.ts';

const BODY = Buffer.from('{"a":1}');
const OTHER = Buffer.from('{"a":2}');
const MINUTE = 60_000;

test('the same body of the same hook under another GUID is a replay, for ten minutes', () => {
  const clock = fakeClock();
  const guard = createReplayGuard(clock);
  expect(guard.isReplay('1', BODY, 'a')).toBe(false);
  expect(guard.isReplay('1', BODY, 'b')).toBe(true);
  clock.advance(10 * MINUTE - 1);
  expect(guard.isReplay('1', BODY, 'b')).toBe(true);
  clock.advance(1);
  expect(guard.isReplay('1', BODY, 'b')).toBe(false);
});

test('a redelivery under the same GUID, another hook, and another body are none', () => {
  const guard = createReplayGuard(fakeClock());
  guard.isReplay('1', BODY, 'a');
  expect(guard.isReplay('1', BODY, 'a')).toBe(false);
  expect(guard.isReplay('2', BODY, 'b')).toBe(false);
  expect(guard.isReplay('1', OTHER, 'c')).toBe(false);
});

test('what came to nothing may come again under any GUID', () => {
  const guard = createReplayGuard(fakeClock());
  guard.isReplay('1', BODY, 'a');
  guard.forget('1', BODY);
  expect(guard.isReplay('1', BODY, 'b')).toBe(false);
});

test('it is bounded: the oldest are forgotten first', () => {
  const guard = createReplayGuard(fakeClock(), 2);
  for (const hook of ['1', '2', '3', '4']) guard.isReplay(hook, BODY, 'a');
  expect(guard.isReplay('4', BODY, 'b')).toBe(true);
  expect(guard.isReplay('1', BODY, 'b')).toBe(false);
});
