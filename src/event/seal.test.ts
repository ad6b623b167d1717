import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CanonicalEvent } from './schema.ts';
import { contentHashOf, sealInto } from './seal.ts';

const PLAIN = { pipelineVersion: '1.0.0', attempt: 1, truncated: false };
const eventOf = (processing: object, integrity: object): CanonicalEvent =>
  ({ eventId: 'e', action: 'x.é', processing, integrity, later: 1 }) as unknown as CanonicalEvent;

const sealed = (event: CanonicalEvent): string => {
  const target = Buffer.alloc(2048);
  return target.toString('utf8', 3, sealInto(event, 7, target, 3));
};

/** The line as its contract says it, made the slow way. */
const expected = ({ processing, integrity, ...said }: CanonicalEvent): string => {
  const core = JSON.stringify(said);
  const contentHash = `sha256:${createHash('sha256').update(core).digest('hex')}`;
  const kept = JSON.stringify({ ...integrity, contentHash, rawSize: 7 });
  return `${core.slice(0, -1)},"processing":${JSON.stringify(processing)},"integrity":${kept}}`;
};

test.each<[string, object, object]>([
  ['nothing to tell', PLAIN, { contentHash: '', rawSize: 0 }],
  ['another version', { ...PLAIN, pipelineVersion: '1.0.1' }, { contentHash: '', rawSize: 0 }],
  [
    'fields that are not there',
    { ...PLAIN, warnings: undefined },
    { contentHash: '', fingerprint: undefined, rawSize: 0 },
  ],
  ['a second attempt', { ...PLAIN, attempt: 2 }, { contentHash: '', rawSize: 0 }],
  ['a cut', { ...PLAIN, truncated: true, truncatedPaths: ['/data'] }, { contentHash: '', rawSize: 0 }],
  ['warnings', { ...PLAIN, warnings: [{ code: 'c' }] }, { contentHash: '', rawSize: 0 }],
  ['a fingerprint', PLAIN, { contentHash: '', fingerprint: 'f', rawSize: 0 }],
  ['fields of a later version', { ...PLAIN, later: true }, { contentHash: '', rawSize: 0, later: 'x' }],
  ['another order', { truncated: false, attempt: 1, pipelineVersion: '1.0.0' }, { rawSize: 0, contentHash: '' }],
  ['nothing at all', {}, {}],
])('the line of an event with %s', (_, processing, integrity) => {
  const event = eventOf(processing, integrity);
  // Twice and in between: nothing of one event may stand in another's line.
  for (let i = 0; i < 2; i++) {
    expect(sealed(event)).toBe(expected(event));
    expect(sealed(eventOf(PLAIN, { contentHash: '', rawSize: 0 }))).toContain('"pipelineVersion":"1.0.0"');
  }
  expect(JSON.parse(sealed(event))).toMatchObject({ integrity: { contentHash: contentHashOf(event), rawSize: 7 } });
});

test('the event is left as it was', () => {
  const event = eventOf(PLAIN, { contentHash: '', rawSize: 0 });
  const before = JSON.stringify(event);
  sealed(event);
  contentHashOf(event);
  expect(JSON.stringify(event)).toBe(before);
});
