import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CATEGORIES } from '../../event/schema.ts';
import type { LineRef } from '../../sdk/index.ts';
import { decodeEventHead, decodeEventIndex, encodeEventIndex, linesOf, oldestReceivedMs } from './event-payload.ts';

const instant = (min: number) =>
  fc.record({ seconds: fc.integer({ min, max: 253_402_300_799 }), nanos: fc.integer({ min: 0, max: 999_999_999 }) });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const lineRef: fc.Arbitrary<LineRef> = fc.record({
  eventId: fc.uuid(),
  tenantId: fc.constantFrom('default', 'acme', 'zürich', 'x'.repeat(128)),
  category: fc.constantFrom(...CATEGORIES),
  timestamp: instant(-62_135_596_800),
  receivedAt: instant(0),
  senderNamed: fc.boolean(),
  offset: u32,
  length: u32,
});

test('an index comes back as it went in, with pipeline, count and lines', () => {
  fc.assert(
    fc.property(
      fc.array(lineRef, { minLength: 1, maxLength: 30 }),
      fc.string(),
      fc.uint8Array(),
      (index, pipeline, lines) => {
        const frame = { pipeline: pipeline.toWellFormed(), lines, index };
        const payload = Buffer.concat([encodeEventIndex(frame), lines]);
        const head = decodeEventHead(payload);
        expect(head).toEqual({
          pipeline: frame.pipeline,
          count: index.length,
          oldestReceivedMs: oldestReceivedMs(index),
        });
        expect(decodeEventIndex(payload)).toEqual(index);
        expect(Buffer.compare(linesOf(payload), lines)).toBe(0);
      },
    ),
  );
});

test('the oldest is the earliest, by seconds and then by nanoseconds', () => {
  const at = (seconds: number, nanos: number) => ({ receivedAt: { seconds, nanos } }) as LineRef;
  expect(oldestReceivedMs([at(7, 2e6), at(5, 9e6), at(5, 3e6), at(6, 0)])).toBe(5003);
});

const refuse = (eventId: string) => () =>
  encodeEventIndex({
    pipeline: 'main',
    lines: Buffer.alloc(0),
    index: [{ ...fc.sample(lineRef, 1)[0]!, eventId }],
  });

test.each([
  ['upper case', '00000000-0000-7000-8000-00000000000A'],
  ['not hex', '00000000-0000-7000-8000-00000000000g'],
  ['not ASCII', '00000000-0000-7000-8000-00000000000é'],
  ['too short', '00000000-0000-7000-8000-00000000000'],
  ['dashes elsewhere', '0000000-00000-7000-8000-000000000000'],
])('refuses an event id that would not come back the same: %s', (_, eventId) => {
  expect(refuse(eventId)).toThrow(RangeError);
});

test('a layout of a later version is not guessed at', () => {
  expect(decodeEventHead(Buffer.from([2, 0, 0, 0]))).toBeUndefined();
});
