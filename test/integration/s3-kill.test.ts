// The collector, killed with -9 between what the bucket has taken and what the collector knows of it.
import { rm } from 'node:fs/promises';
import { zstdDecompressSync } from 'node:zlib';
import { PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCollectorProcess, temporaryDirectory, type CollectorProcess } from '../support/collector-process.ts';
import { caughtUp } from '../support/query.ts';
import { startMinio } from '../support/servers/minio.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { verify } from './archive-support.ts';
import { startS3Proxy, type S3Proxy } from './s3-proxy.ts';
import { bytesOf, clientFor, newBucket, objectsOf, useCredentials, versionsOf } from './s3-support.ts';

const ROUNDS = 10;
const EVENTS = 20;

const directory = temporaryDirectory();
let server: TestServer;
let proxy: S3Proxy;
let client: S3Client;
let bucket = '';
let collector: CollectorProcess | undefined;

beforeAll(async () => {
  useCredentials();
  server = await startMinio();
  process.env['BETALOGS_S3_ENDPOINT'] = server.url;
  client = clientFor(server.url);
  proxy = await startS3Proxy(server.url);
  bucket = await newBucket(client);
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
});
afterAll(async () => {
  await collector?.kill();
  client.destroy();
  await proxy.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const yaml = (): string => `
receivers: { http: { endpoint: '127.0.0.1:0' } }
processors: { validate: {}, normalize: {}, correlate: {}, redact: {}, tenant_filter: {} }
exporters:
  s3:
    bucket: ${bucket}
    endpoint: ${proxy.url}
    force_path_style: true
    batch: { max_wait: 500ms }
    retry: { initial_interval: 20ms, max_interval: 20ms }
    breaker: { failures: 2, open_for: 100ms, probe_events: 1 }
extensions: { health: { endpoint: '127.0.0.1:0' } }
service:
  extensions: [health]
  log: { level: error }
  pipelines:
    events:
      receivers: [http]
      processors: [validate, normalize, correlate, redact, tenant_filter]
      exporters: [s3]
`;

const send = async ({ endpoints }: CollectorProcess): Promise<string[]> => {
  const events = Array.from({ length: EVENTS }, (_, i) => ({
    category: 'business',
    action: 'checkout_started',
    actor: { id: 'u-1', type: 'app_user' },
    object: { type: 'order', id: `o-${i}` },
  }));
  const answer = await fetch(`http://${endpoints['http']}/v1/events/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { results: { eventId: string }[] }).results.map(({ eventId }) => eventId);
};

/** Kills it as soon as the bucket has taken a PUT to such a path; the answer is never heard. */
const killAfterPut = (running: CollectorProcess, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let isDue = true;
    proxy.decide((seen) => {
      if (!isDue || seen.method !== 'PUT' || !seen.path.includes(path)) return isDue ? 'pass' : 'answer_lost';
      isDue = false;
      running.kill().then(resolve, reject);
      return 'answer_lost';
    });
  });

test(
  'killed after the object and after the manifest, ten times each: no second object, no second manifest, nothing lost',
  { timeout: 300_000 },
  async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS * 2; round++) {
      collector = await startCollectorProcess({ directory, yaml: yaml() });
      acknowledged.push(...(await send(collector)));
      // Within max_wait: whichever cut goes out next, an earlier one that was left open or this one.
      await killAfterPut(collector, round % 2 === 0 ? '/v1/tenant' : '/_manifests/');
      proxy.decide(() => 'pass');
    }
    collector = await startCollectorProcess({ directory, yaml: yaml() });
    await caughtUp(collector);

    const keys = await objectsOf(client, bucket);
    const texts = await Promise.all(keys.map(async (key) => zstdDecompressSync(await bytesOf(client, bucket, key))));
    const ids = texts.flatMap((text) => [...text.toString().matchAll(/"eventId":"([^"]+)"/g)].map(([, id]) => id!));
    expect(ids.toSorted()).toEqual(acknowledged.toSorted());

    const proof = await verify(directory, '--archive', `s3://${bucket}`);
    expect(proof).toMatchObject({ exitCode: 0, events: acknowledged.length, told: [] });
    expect(proof.manifests).toBe(keys.length);
    expect(await versionsOf(client, bucket)).toBe(keys.length + proof.manifests);
  },
);

test('a cut goes out whole after an outage that opened the breaker: one object, one manifest', async () => {
  const before = await objectsOf(client, bucket);
  let refusals = 0;
  proxy.decide(({ method }) => (method === 'PUT' && refusals++ < 4 ? { status: 503, code: 'SlowDown' } : 'pass'));
  await send(collector!);
  await caughtUp(collector!);
  expect(refusals).toBeGreaterThan(4);
  expect((await objectsOf(client, bucket)).length - before.length).toBe(1);
  expect((await verify(directory, '--archive', `s3://${bucket}`)).told).toEqual([]);
});
