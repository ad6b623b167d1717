import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanJson, cleanText, mayNeedCleaning } from './clean.ts';

test.each([
  ['"a\\u0000b"', '"a\\ufffdb"'],
  ['"\\ud83e"', '"\\ufffd"'],
  ['"\\uD83E"', '"\\ufffd"'],
  ['"\\udd80"', '"\\ufffd"'],
  ['"\\ud83e\\u0041"', '"\\ufffd\\u0041"'],
  ['"\\ud83e\\ud83e\\udd80"', '"\\ufffd\\ud83e\\udd80"'],
  ['"\\udd80\\ud83e"', '"\\ufffd\\ufffd"'],
  ['"\\\\\\u0000"', '"\\\\\\ufffd"'],
  ['{"k\\u0000":"\\n\\u0000"}', '{"k\\ufffd":"\\n\\ufffd"}'],
])('%s becomes %s', (json, cleaned) => {
  expect(mayNeedCleaning(Buffer.from(json))).toBe(true);
  expect(cleanJson(json)).toBe(cleaned);
});

test.each(['"\\\\u0000"', '"\\\\ud83e"', '"\\ud83e\\udd80"', '"\\u0001"', '"\\ue000"', '"plain"'])(
  '%s stays',
  (json) => {
    expect(cleanJson(json)).toBeUndefined();
  },
);

// JSON.stringify writes whole pairs as they are and halves as escapes, so every string is tried.
test('cleaning a JSON text is cleaning its strings', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
      (text) => {
        const json = JSON.stringify(text);
        expect(JSON.parse(cleanJson(json) ?? json)).toBe(cleanText(text));
        if (!mayNeedCleaning(Buffer.from(json))) expect(cleanJson(json)).toBeUndefined();
      },
    ),
    { numRuns: 5000 },
  );
});
