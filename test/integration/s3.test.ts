// The s3 exporter on a real server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import s3 from '../../plugins/exporters/s3/plugin.ts';
import { capturingLog, componentContext, exampleEvents, exporterSuite, storedBatch } from '../../src/testkit/index.ts';
import { startMinio } from '../support/servers/minio.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { bytesOf, clientFor, keysOf, newBucket, objectsOf, startS3, useCredentials, versionsOf } from './s3-support.ts';

const signal = new AbortController().signal;
const MIB = 1024 * 1024;
let server: TestServer;
let client: S3Client;
let dataDir = '';
let bucket = '';

beforeAll(async () => {
  useCredentials();
  server = await startMinio();
  client = clientFor(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-s3-'));
  bucket = await newBucket(client);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const under = () => ({ endpoint: server.url, bucket, dataDir });
const statuses = (outcomes: readonly { readonly status: string }[]): string[] => [
  ...new Set(outcomes.map(({ status }) => status)),
];

describe('as every exporter', () => {
  const config = { bucket: 'suite-0', endpoint: '', force_path_style: true };
  beforeEach(() => {
    config.bucket = bucket;
    config.endpoint = server.url;
  });
  exporterSuite(s3, {
    config,
    collapses: true,
    storedIds: async () => {
      const keys = await objectsOf(client, bucket);
      const texts = await Promise.all(keys.map(async (key) => zstdDecompressSync(await bytesOf(client, bucket, key))));
      return texts.flatMap((text) => [...text.toString().matchAll(/"eventId":"([^"]+)"/g)].map(([, id]) => id!));
    },
  });
});

test('twenty at once write one object and one manifest, once each', async () => {
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const exporters = await Promise.all(Array.from({ length: 20 }, () => startS3(under())));
  const batch = storedBatch(exampleEvents(50), '1-aa');
  const answers = await Promise.all(exporters.map((exporter) => exporter.export(batch, signal)));
  const outcomes = answers.flat();
  // Two that write a key at the same instant may be told to come again (409).
  expect(statuses(outcomes).filter((status) => status !== 'stored' && status !== 'retry')).toEqual([]);
  expect(statuses(await exporters[0]!.export(batch, signal))).toEqual(['stored']);
  expect(await keysOf(client, bucket)).toHaveLength(2);
  expect(await versionsOf(client, bucket)).toBe(2);
});

test.each([
  ['zstd', (bytes: Buffer) => zstdDecompressSync(bytes), 'application/zstd'],
  ['gzip', (bytes: Buffer) => gunzipSync(bytes), 'application/gzip'],
  ['none', (bytes: Buffer) => bytes, 'application/x-ndjson'],
] as const)('%s: the lines come back as they were, with a checksum of the server', async (compression, read, type) => {
  const batch = storedBatch(exampleEvents(20));
  await (await startS3(under(), { compression, prefix: '/a/b/' })).export(batch, signal);
  const [key] = await objectsOf(client, bucket);
  expect(key).toMatch(/^a\/b\/v1\/tenant=acme\//);
  expect(read(await bytesOf(client, bucket, key!)).equals(batch.lines)).toBe(true);
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key!, ChecksumMode: 'ENABLED' }));
  expect(head.ChecksumSHA256).toBeDefined();
  expect(head.ContentType).toBe(type);
  expect(head.ContentEncoding).toBeUndefined();
});

test.each(['sha256', 'when_required'])('a large object goes in parts, once (%s)', async (checksum) => {
  const exporter = await startS3(under(), {
    checksum,
    compression: 'none',
    multipart_above: '5MiB',
    part_size: '5MiB',
    lock: undefined,
  });
  const batch = storedBatch(exampleEvents(12, () => ({ data: { text: 'x'.repeat(MIB) } })));
  expect(statuses(await exporter.export(batch, signal))).toEqual(['stored']);
  expect(statuses(await exporter.export(batch, signal))).toEqual(['stored']);
  const [key, ...others] = await objectsOf(client, bucket);
  expect(others).toEqual([]);
  expect((await bytesOf(client, bucket, key!)).equals(batch.lines)).toBe(true);
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key!, PartNumber: 1 }));
  expect(head.PartsCount).toBe(3);
});

test.each([
  ['AES256', undefined],
  ['aws:kms', 'test-key'],
])('the server encrypts with %s', async (type, keyId) => {
  const encryption = { type, ...(keyId === undefined ? {} : { key_id: keyId }) };
  await (await startS3(under(), { encryption })).export(storedBatch(exampleEvents(3)), signal);
  for (const key of await keysOf(client, bucket)) {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(head.ServerSideEncryption).toBe(type);
    if (keyId !== undefined) expect(head.SSEKMSKeyId).toContain(keyId);
  }
});

test('objects and manifests are locked and held: no version can be deleted', async () => {
  bucket = await newBucket(client, { locked: true });
  const clock = componentContext().clock;
  const lock = { mode: 'compliance', retention: '3650d', legal_hold: true };
  for (const multipart of ['16MiB', '1B']) {
    const exporter = await startS3(under(), { lock, multipart_above: multipart });
    const events = exampleEvents(3, (i) => ({ tenantId: multipart === '1B' ? 'globex' : 'acme', severity: i + 1 }));
    expect(statuses(await exporter.export(storedBatch(events), signal))).toEqual(['stored']);
  }
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  expect(Versions).toHaveLength(4);
  for (const { Key, VersionId } of Versions) {
    const version = { Bucket: bucket, Key, VersionId };
    const { Retention } = await client.send(new GetObjectRetentionCommand(version));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect(Retention?.RetainUntilDate?.getTime()).toBeCloseTo(clock.now().seconds * 1000 + 3650 * 86_400_000, -4);
    expect((await client.send(new GetObjectLegalHoldCommand(version))).LegalHold?.Status).toBe('ON');
    // Servers answer by 400 or by 403.
    const refused = await client.send(new DeleteObjectCommand(version)).then(
      () => 0,
      (error: { readonly $metadata: { readonly httpStatusCode: number } }) => error.$metadata.httpStatusCode,
    );
    expect([400, 403]).toContain(refused);
  }
});

test('a lock that the bucket cannot keep is told at the start', async () => {
  const lock = { mode: 'governance', retention: '1d' };
  await expect(startS3(under(), { lock })).rejects.toThrow('ObjectLockConfigurationNotFoundError (404)');
});

test('a missing bucket and refused credentials stop the exporter, and are told without a key', async () => {
  await expect(startS3({ ...under(), bucket: 'not-there' })).rejects.toThrow('404');
  const exporter = await startS3(under());
  process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
  try {
    await expect(startS3(under())).rejects.toThrow('403');
  } finally {
    useCredentials();
  }
  expect(statuses(await exporter.export(storedBatch(exampleEvents(1)), signal))).toEqual(['stored']);
});

test('a server that is away or hangs: retry, and stored once when it is back', async () => {
  const exporter = await startS3(under());
  const batch = storedBatch(exampleEvents(5), '1-aa');
  await server.kill();
  expect(statuses(await exporter.export(batch, signal))).toEqual(['retry']);
  await server.start();
  server.pause();
  try {
    expect(statuses(await exporter.export(batch, AbortSignal.timeout(500)))).toEqual(['retry']);
  } finally {
    server.resume();
  }
  expect(statuses(await exporter.export(batch, signal))).toEqual(['stored']);
  expect(await keysOf(client, bucket)).toHaveLength(2);
});

test('the lifecycle: a missing rule is told, written on request beside the rules of others, and then all is well', async () => {
  const log = capturingLog();
  const others = [{ ID: 'theirs', Status: 'Enabled' as const, Filter: { Prefix: 'other/' }, Expiration: { Days: 3 } }];
  await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: others } }),
  );
  await startS3({ ...under(), log }, { expire_after: '30d' });
  expect(log.lines.join('\n')).toContain('no rule that expires the archive');

  const config = s3.config.parse({ bucket, endpoint: server.url, force_path_style: true, expire_after: '30d' });
  const { lifecycle } = await s3.archive!(config, componentContext());
  await lifecycle!.write();
  expect(await lifecycle!.problems()).toEqual([]);
  const quiet = capturingLog();
  await startS3({ ...under(), log: quiet }, { expire_after: '30d' });
  expect(quiet.lines).toEqual([]);

  const later = s3.config.parse({ bucket, endpoint: server.url, force_path_style: true, expire_after: '60d' });
  expect(await (await s3.archive!(later, componentContext())).lifecycle!.problems()).toHaveLength(1);
});
