import { expect, test } from 'vitest';
import { createBody, releaseBody } from './body.ts';

const KiB = 1024;
const piece = (fill: string, length: number): Buffer => Buffer.alloc(length, fill);
const bodyOf = (said: number | undefined, ...chunks: readonly Buffer[]): Buffer => {
  const body = createBody(said);
  for (const chunk of chunks) body.add(chunk);
  return body.end();
};

test.each([
  ['of a known length', 40 * KiB, [piece('a', 30 * KiB), piece('b', 10 * KiB)]],
  ['of no known length', undefined, [piece('a', 30 * KiB), piece('b', 10 * KiB)]],
  ['shorter than said', 40 * KiB, [piece('a', 30 * KiB)]],
  ['longer than said', 20 * KiB, [piece('a', 20 * KiB), piece('b', 60 * KiB), piece('c', 1)]],
  ['small', 10, [piece('a', 4), piece('b', 6)]],
  ['empty', 0, []],
])('a body %s is its chunks, in order', (_, said, chunks) => {
  const body = bodyOf(said, ...chunks);
  expect(body.equals(Buffer.concat(chunks))).toBe(true);
  releaseBody(body);
});

test('the memory of a released body is used again, and once only', () => {
  const first = bodyOf(40 * KiB, piece('a', 40 * KiB));
  releaseBody(first);
  releaseBody(first);
  const second = bodyOf(40 * KiB, piece('b', 40 * KiB));
  const third = bodyOf(40 * KiB, piece('c', 40 * KiB));
  expect(second.buffer).toBe(first.buffer);
  expect(third.buffer).not.toBe(second.buffer);
  expect(second.every((byte) => byte === 0x62)).toBe(true);
});

test('a body that is not released stays as it is, and so does a buffer that is none', () => {
  const kept = bodyOf(40 * KiB, piece('a', 40 * KiB));
  releaseBody(piece('x', 40 * KiB));
  expect(bodyOf(40 * KiB, piece('b', 40 * KiB)).buffer).not.toBe(kept.buffer);
  expect(kept.every((byte) => byte === 0x61)).toBe(true);
});
