import { expect, test } from 'vitest';
import { toBody, toObject, toParts } from './encode.ts';
import type { S3Settings } from './settings.ts';

const settings: S3Settings = {
  bucket: 'archive',
  prefix: 'a/',
  endpoint: undefined,
  region: undefined,
  forcePathStyle: false,
  checksum: 'sha256',
  multipartAboveBytes: 16,
  partBytes: 5,
  encryption: undefined,
  lock: undefined,
  expireAfterMs: undefined,
};
const now = { seconds: 1_795_000_000, nanos: 0 };

test('a plain object', () => {
  expect(toObject(settings, 'v1/x.ndjson.zst', now)).toEqual({
    Bucket: 'archive',
    Key: 'a/v1/x.ndjson.zst',
    ContentType: 'application/zstd',
  });
});

test('locked, held and encrypted', () => {
  const lock = { mode: 'compliance', retentionMs: 86_400_000, legalHold: true } as const;
  const encryption = { type: 'aws:kms', keyId: 'k' } as const;
  expect(toObject({ ...settings, lock, encryption }, 'v1/x.json', now)).toMatchObject({
    ContentType: 'application/json',
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'k',
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: new Date(1_795_086_400_000),
    ObjectLockLegalHoldStatus: 'ON',
  });
});

test('the checksum is over what is sent', () => {
  const bytes = Buffer.from('abc');
  expect(toBody({ checksum: 'sha256' }, bytes)).toEqual({
    Body: bytes,
    ChecksumSHA256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=',
  });
  expect(toBody({ checksum: 'when_required' }, bytes)).toEqual({
    Body: bytes,
    ContentMD5: 'kAFQmDzST7DWlj99KOF/cg==',
  });
});

test.each([
  [1, [1]],
  [5, [5]],
  [6, [5, 1]],
  [15, [5, 5, 5]],
])('%i bytes in parts of five', (bytes, lengths) => {
  const whole = Buffer.from(Array.from({ length: bytes }, (_, i) => i));
  const parts = toParts(whole, 5);
  expect(parts.map(({ length }) => length)).toEqual(lengths);
  expect(Buffer.concat(parts).equals(whole)).toBe(true);
});
