import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventFilter } from '../sdk/index.ts';
import { readCursor, writeCursor } from './cursor.ts';

const KEY = Buffer.alloc(32, 1);
const FILTER: EventFilter = { action: 'a', sinceNs: 5n };
const AT = { timestampNs: 1_795_428_000_123_456_789n, eventId: '019ab000-0000-7000-8000-000000000001' };
const CURSOR = writeCursor(KEY, FILTER, AT);

test('is read back, whatever order the question is put in', () => {
  expect(readCursor(KEY, { sinceNs: 5n, action: 'a' }, CURSOR)).toEqual(AT);
  expect(CURSOR).toMatch(/^[A-Za-z0-9_-]+$/);
});

test('holds every place', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.uuid(), (timestampNs, eventId) => {
      const cursor = writeCursor(KEY, FILTER, { timestampNs, eventId });
      expect(readCursor(KEY, FILTER, cursor)).toEqual({ timestampNs, eventId });
    }),
  );
});

test.each<[string, Buffer, EventFilter, string]>([
  ['another tenant', Buffer.alloc(32, 2), FILTER, CURSOR],
  ['another value', KEY, { ...FILTER, action: 'b' }, CURSOR],
  ['one condition less', KEY, { action: 'a' }, CURSOR],
  ['one condition more', KEY, { ...FILTER, actor: 'x' }, CURSOR],
  ['the value under another name', KEY, { actor: 'a', sinceNs: 5n }, CURSOR],
  ['nothing', KEY, FILTER, ''],
  ['no base64url', KEY, FILTER, `${CURSOR.slice(0, -1)}=`],
  ['what follows it', KEY, FILTER, `${CURSOR}A`],
  ['a cut', KEY, FILTER, CURSOR.slice(0, -4)],
  ['less than a signature', KEY, FILTER, Buffer.alloc(31).toString('base64url')],
  ['a signature alone', KEY, FILTER, Buffer.alloc(32).toString('base64url')],
])('is refused for %s', (_, key, filter, cursor) => {
  expect(readCursor(key, filter, cursor)).toBeUndefined();
});

describe('forged', () => {
  test('any changed bit is found', () => {
    const bytes = Buffer.from(CURSOR, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(readCursor(KEY, FILTER, forged.toString('base64url'))).toBeUndefined();
    }
  });
  test('random text is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 120 }), (text, bytes) => {
        expect(readCursor(KEY, FILTER, text)).toBeUndefined();
        expect(readCursor(KEY, FILTER, Buffer.from(bytes).toString('base64url'))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
