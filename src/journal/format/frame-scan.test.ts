import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameScan, type ByteRange } from './frame-scan.ts';
import { encodeFrameHeader, FRAME_HEADER_BYTES, sumOfSalt } from './frame.ts';

const saltSum = sumOfSalt(Buffer.alloc(16, 1));
const otherSaltSum = sumOfSalt(Buffer.alloc(16, 2));

const frameBytes = (sequence: number, payload: Buffer, sum = saltSum): Buffer =>
  Buffer.concat([encodeFrameHeader({ type: 1, sequence, parts: [payload] }, sum), payload]);
const payloadOf = (sequence: number): Buffer => Buffer.from(`payload ${sequence}`.padEnd(10 + sequence, '.'));
const segmentOf = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => frameBytes(i + 1, payloadOf(i + 1))));
const startOf = (sequence: number): number => segmentOf(sequence - 1).length;

interface Scanned {
  readonly sequences: number[];
  readonly payloads: Buffer[];
  readonly damage: ByteRange[];
  readonly torn: ByteRange | undefined;
}

/** Scans with windows of `step` bytes, or as much as is asked for. */
const scanAll = (bytes: Buffer, { step = bytes.length, before = Number.POSITIVE_INFINITY } = {}): Scanned => {
  const scan = new FrameScan({ saltSum, offset: 0, sequence: 0, end: bytes.length, before });
  const result = { sequences: [] as number[], payloads: [] as Buffer[], damage: [] as ByteRange[] };
  let window = { base: 0, bytes: bytes.subarray(0, step) };
  for (;;) {
    const next = scan.next(window);
    if (next.kind === 'end') return { ...result, torn: next.torn };
    if (next.kind === 'more') {
      window = { base: scan.offset, bytes: bytes.subarray(scan.offset, scan.offset + Math.max(step, next.bytes)) };
      continue;
    }
    result.sequences.push(next.frame.sequence);
    result.payloads.push(next.frame.payload);
    if (next.damage !== undefined) result.damage.push(next.damage);
  }
};

test('frames come back as they were written, whatever the windows', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.integer({ min: 1, max: 300 }), (payloads, step) => {
      const bytes = Buffer.concat(payloads.map((payload, i) => frameBytes(i + 1, Buffer.from(payload))));
      const scanned = scanAll(bytes, { step });
      expect(scanned.payloads.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
      expect(scanned).toMatchObject({ damage: [], torn: undefined });
    }),
  );
});

test('every single flipped bit is found, costs its own frame and no other', () => {
  const clean = segmentOf(4);
  for (let bit = 0; bit < clean.length * 8; bit++) {
    const bytes = Buffer.from(clean);
    bytes[bit >>> 3]! ^= 1 << (bit & 7);
    const hit = [1, 2, 3, 4].findLast((sequence) => startOf(sequence) <= bit >>> 3)!;
    const { sequences, payloads, damage, torn } = scanAll(bytes, { step: 50 });
    expect(sequences).toEqual([1, 2, 3, 4].filter((sequence) => sequence !== hit));
    expect(payloads).toEqual(sequences.map(payloadOf));
    const range = { from: startOf(hit), to: startOf(hit + 1) };
    expect(hit === 4 ? torn : damage[0]).toEqual(range);
  }
});

test('a cut at every byte keeps exactly the frames that are whole before it', () => {
  const clean = segmentOf(4);
  for (let length = 0; length < clean.length; length++) {
    const whole = [1, 2, 3, 4].filter((sequence) => startOf(sequence + 1) <= length);
    const end = startOf(whole.length + 1);
    const { sequences, damage, torn } = scanAll(clean.subarray(0, length));
    expect(sequences).toEqual(whole);
    expect(damage).toEqual([]);
    expect(torn).toEqual(length > end ? { from: end, to: length } : undefined);
  }
});

test('a run of damage of any place and length loses the frames that it touches, no more', () => {
  const clean = segmentOf(8);
  fc.assert(
    fc.property(fc.nat(clean.length - 1), fc.uint8Array({ minLength: 1, maxLength: 80 }), (at, junk) => {
      const bytes = Buffer.from(clean);
      bytes.set(junk.subarray(0, clean.length - at), at);
      const intact = [1, 2, 3, 4, 5, 6, 7, 8].filter((sequence) => {
        const range = [startOf(sequence), startOf(sequence + 1)] as const;
        return bytes.subarray(...range).equals(clean.subarray(...range));
      });
      expect(scanAll(bytes, { step: 64 }).sequences).toEqual(intact);
    }),
    { numRuns: 500 },
  );
});

test('valid frames of another salt behind the end are not accepted', () => {
  const stale = Buffer.concat([3, 4, 5].map((sequence) => frameBytes(sequence, payloadOf(sequence), otherSaltSum)));
  const { sequences, torn } = scanAll(Buffer.concat([segmentOf(2), stale]));
  expect(sequences).toEqual([1, 2]);
  expect(torn).toEqual({ from: startOf(3), to: startOf(3) + stale.length });
});

test('frames forged inside a payload are not accepted, even when the search comes through it', () => {
  const forged = Buffer.concat([2, 3].map((sequence) => frameBytes(sequence, payloadOf(sequence), otherSaltSum)));
  const carrier = frameBytes(1, forged);
  carrier[0]! ^= 0x01;
  const { sequences, damage } = scanAll(Buffer.concat([carrier, frameBytes(2, payloadOf(2))]));
  expect(sequences).toEqual([2]);
  expect(damage).toEqual([{ from: 0, to: carrier.length }]);
});

test.each([
  ['an earlier sequence', [1, 2, 2, 3], [1, 2, 3]],
  ['a sequence that leaps', [1, 2, 9, 3], [1, 2, 3]],
])('a frame of the right salt in the wrong place is damage: %s', (_, written, kept) => {
  const bytes = Buffer.concat(written.map((sequence) => frameBytes(sequence, payloadOf(sequence))));
  const { sequences, damage } = scanAll(bytes);
  expect(sequences).toEqual(kept);
  expect(damage).toHaveLength(1);
});

test('frames that were written again to the next segment end this one, and are no damage', () => {
  expect(scanAll(segmentOf(5), { before: 4 })).toMatchObject({ sequences: [1, 2, 3], damage: [], torn: undefined });
});

test('a length beyond the limit is refused before anybody asks for its bytes', () => {
  const header = encodeFrameHeader({ type: 1, sequence: 1, parts: [] }, saltSum);
  header.writeUInt32LE(0xffff_ffff, 0);
  const scan = new FrameScan({ saltSum, offset: 0, sequence: 0, end: 2 ** 40, before: 9 });
  expect(scan.next({ base: 0, bytes: header })).toEqual({ kind: 'more', bytes: FRAME_HEADER_BYTES });
  expect(scan.offset).toBe(1);
});
