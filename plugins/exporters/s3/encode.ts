// An object to what the S3 API is asked.
import { createHash } from 'node:crypto';
import type { CreateMultipartUploadCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { instantToMs, type Instant } from '../../../src/event/time.ts';
import type { S3Settings } from './settings.ts';

type Kept = Pick<
  PutObjectCommandInput & CreateMultipartUploadCommandInput,
  | 'Bucket'
  | 'Key'
  | 'ContentType'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'ObjectLockMode'
  | 'ObjectLockRetainUntilDate'
  | 'ObjectLockLegalHoldStatus'
>;

/** An object that is there stays: the answer is 412 then. */
export const IF_ABSENT = { IfNoneMatch: '*' } as const;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  gz: 'application/gzip',
  zst: 'application/zstd',
};

/** Without Content-Encoding: nobody inflates it on the way, the stored bytes are what the manifest hashes. */
export const toObject = (settings: S3Settings, key: string, now: Instant): Kept => ({
  Bucket: settings.bucket,
  Key: settings.prefix + key,
  ContentType: CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
  ...toEncryption(settings),
  ...toLock(settings, now),
});

const toEncryption = ({ encryption }: S3Settings): Partial<Kept> => {
  if (encryption === undefined) return {};
  const { type, keyId } = encryption;
  return { ServerSideEncryption: type, ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }) };
};

const toLock = ({ lock }: S3Settings, now: Instant): Partial<Kept> => {
  if (lock === undefined) return {};
  const { mode, retentionMs, legalHold } = lock;
  return {
    ...(mode === undefined || retentionMs === undefined
      ? {}
      : {
          ObjectLockMode: mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
          ObjectLockRetainUntilDate: new Date(instantToMs(now) + retentionMs),
        }),
    ...(legalHold ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
  };
};

/** Bytes and the header by which the server checks that they came whole. */
export const toBody = (
  { checksum }: Pick<S3Settings, 'checksum'>,
  bytes: Uint8Array,
): { readonly Body: Uint8Array; readonly ChecksumSHA256?: string; readonly ContentMD5?: string } =>
  checksum === 'sha256'
    ? { Body: bytes, ChecksumSHA256: createHash('sha256').update(bytes).digest('base64') }
    : { Body: bytes, ContentMD5: createHash('md5').update(bytes).digest('base64') };

export const toParts = (bytes: Uint8Array, partBytes: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, i) =>
    bytes.subarray(i * partBytes, (i + 1) * partBytes),
  );
