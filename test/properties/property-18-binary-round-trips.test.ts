import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBinary, encodeBinary, isBinaryProblem } from '../../src/event/binary.ts';
import { parseJson } from '../../src/event/json.ts';
import type { CanonicalEvent } from '../../src/event/schema.ts';
import { contentHashOf, sealInto } from '../../src/event/seal.ts';
import { rawEventArbitrary } from '../../src/testkit/arbitraries.ts';
import { asStored, newEngine, normalized } from './support.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? 1000);
const engine = newEngine();

const event = rawEventArbitrary().map((raw) => {
  const made = normalized(raw);
  engine.correlate(made);
  return made;
});
const parsed = (line: string): CanonicalEvent => (parseJson(line) as { value: CanonicalEvent }).value;
/** As it stands in a store: the line, with its hash. */
const line = event.map((made) => {
  const target = Buffer.alloc(65_536);
  return target.toString('utf8', 0, sealInto(made, 1, target, 0));
});
/** A line of a later version: fields that no schema of ours knows, numbers that no double holds, keys in any order. */
const laterLine = fc
  .tuple(line, fc.json({ maxDepth: 3 }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }))
  .map(([text, later, big]) => `{"later":${later},"big":{"deep":[${big},-${big}],"nul":"\\u0000"},${text.slice(1)}`)
  .filter((text) => !('code' in parseJson(text)));

const decoded = (frame: Uint8Array): CanonicalEvent => {
  const result = decodeBinary(frame);
  return isBinaryProblem(result) ? expect.fail(JSON.stringify(result)) : result;
};

test('property 18: a frame decodes to the event that was encoded, and that encodes to the same bytes', () => {
  fc.assert(
    fc.property(event, (made) => {
      const frame = encodeBinary(made);
      const again = decoded(frame);
      expect(asStored(again)).toEqual(asStored(made));
      expect(encodeBinary(again)).toEqual(frame);
    }),
    { numRuns },
  );
});

test('property 18: from JSON to binary and back is the same text, and its hash still holds', () => {
  fc.assert(
    fc.property(fc.oneof(line, laterLine), (text) => {
      const again = decoded(encodeBinary(parsed(text)));
      expect(JSON.stringify(again)).toBe(JSON.stringify(parsed(text)));
      expect(contentHashOf(again)).toBe(contentHashOf(parsed(text)));
    }),
    { numRuns },
  );
});

test('property 18: a frame with flipped bits, a cut frame and one with more behind it are refused', () => {
  fc.assert(
    fc.property(event, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), fc.nat(), (made, flips, cut) => {
      const frame = Buffer.from(encodeBinary(made));
      const flipped = Buffer.from(frame);
      for (const flip of new Set(flips.map((at) => at % (frame.length * 8)))) flipped[flip >> 3]! ^= 1 << (flip & 7);
      expect(isBinaryProblem(decodeBinary(flipped))).toBe(true);
      expect(isBinaryProblem(decodeBinary(frame.subarray(0, cut % frame.length)))).toBe(true);
      expect(isBinaryProblem(decodeBinary(Buffer.concat([frame, frame.subarray(0, 1 + (cut % 20))])))).toBe(true);
    }),
    { numRuns },
  );
});

test('property 18: bytes that are no frame never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(isBinaryProblem(decodeBinary(bytes))).toBe(true);
      expect(isBinaryProblem(decodeBinary(Buffer.concat([encodeBinary({ a: 1 }).subarray(0, 13), bytes])))).toBe(true);
    }),
    { numRuns },
  );
});
