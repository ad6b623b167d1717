import { expect, test } from 'vitest';
import { keyOfPath, pathOfKey } from './encode.ts';

test.each(['v1/tenant=a.b:c/category=business/date=2026-11-23/hour=10/1-2-abc.ndjson.zst', 'v1/_manifests/x.json'])(
  '%s is a path below the root, and comes back',
  (key) => {
    expect(pathOfKey('/archive', key)).toBe(`/archive/${key}`);
    expect(keyOfPath('/archive', pathOfKey('/archive', key))).toBe(key);
  },
);

test.each(['', '..', '../a', 'v1/../../a', 'v1//a', '/etc/passwd', 'v1/.drafts/a', 'a\0b'])('%j is no key', (key) => {
  expect(() => pathOfKey('/archive', key)).toThrow(RangeError);
});
