// Whatever happens on the way to the bucket: every event is stored once, in one object, named by one manifest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Exporter, ExportOutcome, StoredBatch } from '../../src/sdk/index.ts';
import { exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { startMinio } from '../support/servers/minio.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { verify } from './archive-support.ts';
import { startS3Proxy, type Fate, type S3Proxy, type Seen } from './s3-proxy.ts';
import { clientFor, keysOf, newBucket, startS3, useCredentials, versionsOf } from './s3-support.ts';

const MIB = 1024 * 1024;
let server: TestServer;
let proxy: S3Proxy;
let client: S3Client;
let bucket = '';
let dataDir = '';

beforeAll(async () => {
  useCredentials();
  server = await startMinio();
  process.env['BETALOGS_S3_ENDPOINT'] = server.url;
  client = clientFor(server.url);
  proxy = await startS3Proxy(server.url);
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await server.stop();
});
beforeEach(async () => {
  proxy.decide(() => 'pass');
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-s3-faults-'));
  bucket = await newBucket(client);
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const start = (more = {}): Promise<Exporter> => startS3({ endpoint: proxy.url, bucket, dataDir }, more);
const statuses = (outcomes: readonly ExportOutcome[]): string[] => [...new Set(outcomes.map(({ status }) => status))];

/** As the engine does: the whole batch again while anything is to be tried again. */
const untilStored = async (exporter: Exporter, batch: StoredBatch): Promise<string[]> => {
  const told: string[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    const [status = '', ...others] = statuses(await exporter.export(batch, AbortSignal.timeout(10_000)));
    expect(others).toEqual([]);
    told.push(status);
    if (status === 'stored') return told;
  }
  throw new Error(`never stored: ${told.join(' ')}`);
};

/** One object, one manifest, one version of each, and nothing begun and not ended. */
const isThereOnce = async (events: number): Promise<void> => {
  expect(await keysOf(client, bucket)).toHaveLength(2);
  expect(await versionsOf(client, bucket)).toBe(2);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(Uploads).toEqual([]);
  expect(await verify(dataDir, '--archive', `s3://${bucket}`)).toMatchObject({ exitCode: 0, events, told: [] });
};

const isObject = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes('/v1/tenant');
const isManifest = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes('/_manifests/');

const FATES: readonly (readonly [name: string, fate: Fate])[] = [
  ['an answer that is lost', 'answer_lost'],
  ['a reset in mid-body', 'reset'],
  ['SlowDown', { status: 503, code: 'SlowDown' }],
  ['a conflict (409)', { status: 409, code: 'ConditionalRequestConflict' }],
  ['an internal error', { status: 500, code: 'InternalError' }],
  ['a request that timed out (400)', { status: 400, code: 'RequestTimeout' }],
];

test.each(
  FATES.flatMap(([name, fate]) => [
    [name, 'the object', fate, isObject] as const,
    [name, 'the manifest', fate, isManifest] as const,
  ]),
)('%s at %s: retry, then stored once', async (_name, _where, fate, at) => {
  const exporter = await start();
  let isDue = true;
  proxy.decide((seen) => {
    if (!isDue || !at(seen)) return 'pass';
    isDue = false;
    return fate;
  });
  expect(await untilStored(exporter, storedBatch(exampleEvents(20), '1-aaaaaaaaaaaaaaaa'))).toEqual([
    'retry',
    'stored',
  ]);
  await isThereOnce(20);
});

test("one of a tenant's objects fails: all its events come again, and one manifest names both; others are stored", async () => {
  const exporter = await start();
  const events = exampleEvents(9, (i) => ({
    tenantId: i < 6 ? 'acme' : 'globex',
    category: i % 2 === 0 ? 'business' : 'security',
  }));
  const batch = storedBatch(events, '1-aaaaaaaaaaaaaaaa');
  proxy.decide(({ path }) => (/acme.*security/.test(path) ? { status: 503, code: 'SlowDown' } : 'pass'));
  const outcomes = await exporter.export(batch, AbortSignal.timeout(10_000));
  expect(outcomes.map(({ status }) => status)).toEqual([...Array(6).fill('retry'), ...Array(3).fill('stored')]);
  proxy.decide(() => 'pass');
  await untilStored(exporter, batch);
  const keys = await keysOf(client, bucket);
  expect(keys.filter((key) => key.includes('_manifests'))).toHaveLength(2);
  expect(await versionsOf(client, bucket)).toBe(6);
  expect((await verify(dataDir, '--archive', `s3://${bucket}`)).told).toEqual([]);
});

test.each([
  ['the first part', /partNumber=1/],
  ['the second part', /partNumber=2/],
  ['the end', /\?uploadId=/],
])('a large object cut at %s: the upload is given up and done again', async (_name, at) => {
  const exporter = await start({ compression: 'none', multipart_above: '5MiB', part_size: '5MiB' });
  let isDue = true;
  proxy.decide(({ method, path }) => {
    if (!isDue || method === 'DELETE' || !at.test(path)) return 'pass';
    isDue = false;
    return method === 'POST' ? 'answer_lost' : 'reset';
  });
  const batch = storedBatch(
    exampleEvents(12, () => ({ data: { text: 'x'.repeat(MIB) } })),
    '1-aaaaaaaaaaaaaaaa',
  );
  expect(await untilStored(exporter, batch)).toEqual(['retry', 'stored']);
  await isThereOnce(12);
});

test.each([
  ['AccessDenied', 403],
  ['InvalidAccessKeyId', 403],
  ['NoSuchBucket', 404],
  ['EntityTooLarge', 400],
  ['NotImplemented', 501],
])('%s holds the events and is told; none is called dead', async (code, status) => {
  const exporter = await start();
  proxy.decide((seen) => (isObject(seen) ? { status, code } : 'pass'));
  const outcomes = await exporter.export(storedBatch(exampleEvents(3)), AbortSignal.timeout(10_000));
  expect(outcomes).toEqual(outcomes.map(() => ({ status: 'stop', reason: `${code} (${status})` })));
});

test('every tenth request fails in some way, for a hundred cuts: all stored once, in one unbroken chain', async () => {
  const exporter = await start();
  const fates = FATES.map(([, fate]) => fate);
  proxy.decide(({ nth }) => (nth % 10 === 0 ? fates[(nth / 10) % fates.length]! : 'pass'));
  for (let cut = 1; cut <= 100; cut++) {
    const events = exampleEvents(3, (i) => ({
      eventId: `019ab000-0000-7000-8000-${String(cut * 10 + i).padStart(12, '0')}`,
    }));
    await untilStored(exporter, storedBatch(events, `${cut}-aaaaaaaaaaaaaaaa`));
  }
  proxy.decide(() => 'pass');
  expect(await versionsOf(client, bucket)).toBe(200);
  expect(await verify(dataDir, '--archive', `s3://${bucket}`)).toMatchObject({
    exitCode: 0,
    objects: 100,
    manifests: 100,
    events: 300,
  });
});
