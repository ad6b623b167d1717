// An archive is proven from itself: whatever is done to it is found and named. The same over a folder and a bucket.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import directory from '../../plugins/exporters/directory/plugin.ts';
import type { Exporter } from '../../src/sdk/index.ts';
import { componentContext, exampleEvents, storedBatch } from '../../src/testkit/index.ts';
import { startMinio } from '../support/servers/minio.ts';
import type { TestServer } from '../support/servers/server-process.ts';
import { verify } from './archive-support.ts';
import { bytesOf, clientFor, keysOf, newBucket, startS3, useCredentials } from './s3-support.ts';

const signal = new AbortController().signal;

/** What somebody with the keys to the store can do. */
interface Hands {
  readonly where: string;
  start(more?: Readonly<Record<string, unknown>>): Promise<Exporter>;
  keys(): Promise<string[]>;
  read(key: string): Promise<Buffer>;
  write(key: string, bytes: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
}

let dataDir = '';
let server: TestServer;
let client: S3Client;

beforeAll(async () => {
  useCredentials();
  server = await startMinio();
  process.env['BETALOGS_S3_ENDPOINT'] = server.url;
  client = clientFor(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'betalogs-archive-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const folder = async (): Promise<Hands> => {
  const root = join(dataDir, 'archive');
  const at = (key: string): string => join(root, key);
  return {
    where: root,
    start: async (more = {}) => {
      const exporter = directory.create(directory.config.parse(more), componentContext({ id: 'directory', dataDir }));
      await exporter.start?.();
      return exporter;
    },
    keys: async () => {
      const entries = await readdir(join(root, 'v1'), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
        .toSorted();
    },
    read: (key) => readFile(at(key)),
    write: async (key, bytes) => {
      await mkdir(dirname(at(key)), { recursive: true });
      await writeFile(`${at(key)}.new`, bytes);
      await rename(`${at(key)}.new`, at(key));
    },
    remove: (key) => rm(at(key)),
  };
};

const bucket = async (): Promise<Hands> => {
  const Bucket = await newBucket(client);
  return {
    where: `s3://${Bucket}`,
    start: (more = {}) => startS3({ endpoint: server.url, bucket: Bucket, dataDir }, more),
    keys: () => keysOf(client, Bucket),
    read: (key) => bytesOf(client, Bucket, key),
    write: async (key, bytes) => void (await client.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes }))),
    remove: async (key) => void (await client.send(new DeleteObjectCommand({ Bucket, Key: key }))),
  };
};

const CUTS = 4;
const EVENTS = 10;

/** Four cuts of one tenant and hour: four objects, four manifests. */
const filled = async (hands: Hands, more = {}): Promise<{ objects: string[]; manifests: string[] }> => {
  const exporter = await hands.start(more);
  for (let cut = 0; cut < CUTS; cut++) {
    const events = exampleEvents(EVENTS, (i) => ({
      eventId: `019ab000-0000-7000-8000-${String(cut * EVENTS + i).padStart(12, '0')}`,
      receivedAt: `2026-11-23T10:0${cut}:0${i}Z`,
    }));
    const outcomes = await exporter.export(storedBatch(events, `${cut + 1}-${'0'.repeat(16)}`), signal);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['stored']));
  }
  await exporter.stop();
  const keys = await hands.keys();
  const manifests = keys.filter((key) => key.includes('/_manifests/'));
  return { objects: keys.filter((key) => !manifests.includes(key)), manifests };
};

const linesOf = (bytes: Buffer): string[] => zstdDecompressSync(bytes).toString().split('\n').slice(0, -1);
const packed = (lines: readonly string[]): Buffer => zstdCompressSync(lines.map((line) => `${line}\n`).join(''));

describe.each([
  ['a folder', folder],
  ['a bucket', bucket],
] as const)('%s', (_, make) => {
  let hands: Hands;
  let objects: string[] = [];
  let manifests: string[] = [];

  beforeEach(async () => {
    hands = await make();
    ({ objects, manifests } = await filled(hands));
  });

  const proof = () => verify(tmpdir(), '--archive', hands.where);
  const edit = async (change: (lines: string[]) => string[]): Promise<void> =>
    hands.write(objects[1]!, packed(change(linesOf(await hands.read(objects[1]!)))));

  test('untouched: all is well', async () => {
    expect(await proof()).toMatchObject({
      exitCode: 0,
      ok: true,
      objects: CUTS,
      manifests: CUTS,
      events: 40,
      told: [],
    });
  });

  test.each([
    ['a character changed', (lines: string[]) => lines.with(6, lines[6]!.replace('"total":59.9', '"total":59.8')), 7],
    ['a line removed', (lines: string[]) => lines.toSpliced(3, 1), 4],
    ['a line added', (lines: string[]) => lines.toSpliced(5, 0, lines[0]!.replace('u-42', 'u-43')), 6],
    ['a line added at the end', (lines: string[]) => [...lines, lines[0]!.replace('u-42', 'u-43')], 11],
    ['two lines swapped', (lines: string[]) => lines.with(2, lines[4]!).with(4, lines[2]!), 3],
    ['the end cut off', (lines: string[]) => lines.slice(0, 8), 9],
  ])('%s: the object and the line', async (_name, change, line) => {
    await edit(change);
    expect(await proof()).toMatchObject({
      exitCode: 5,
      ok: false,
      told: [`ARCHIVE_OBJECT_CHANGED ${objects[1]}:${line}`],
    });
  });

  test('every byte of an object, one after another, flipped: always found, always that object', async () => {
    const bytes = await hands.read(objects[2]!);
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const flipped = Buffer.from(bytes);
      flipped[at] = flipped[at]! ^ 0x10;
      await hands.write(objects[2]!, flipped);
      const { exitCode, findings } = await proof();
      expect([at, exitCode, findings.map(({ key }) => key)]).toEqual([at, 5, [objects[2]]]);
    }
  });

  test('the same lines, compressed anew', async () => {
    const bytes = zstdCompressSync(zstdDecompressSync(await hands.read(objects[1]!)), {
      params: { [constants.ZSTD_c_compressionLevel]: 19 },
    });
    await hands.write(objects[1]!, bytes);
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_OBJECT_CHANGED ${objects[1]}`] });
  });

  test('what has expired from the start is not asked for with --since', async () => {
    await Promise.all([manifests[0]!, objects[0]!].map((key) => hands.remove(key)));
    const since = await verify(tmpdir(), '--archive', hands.where, '--since', '2026-11-23T10:01:00Z');
    expect(since).toMatchObject({ exitCode: 0, objects: 3, told: [] });
    await hands.remove(manifests[2]!);
    expect((await verify(tmpdir(), '--archive', hands.where, '--since', '2026-11-23T10:01:00Z')).exitCode).toBe(5);
  });

  test('an object removed', async () => {
    await hands.remove(objects[1]!);
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_OBJECT_MISSING ${objects[1]}`] });
  });

  test('an object added', async () => {
    const added = objects[0]!.replace(/-[0-9a-f]{16}\./, '-0123456789abcdef.');
    await hands.write(added, await hands.read(objects[0]!));
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_OBJECT_UNLISTED ${added}`] });
  });

  test('a stranger among the objects, the manifests, the tenants', async () => {
    const strangers = ['v1/readme.txt', manifests[0]!.replace('.json', '.bak'), objects[0]!.replace('ndjson', 'csv')];
    for (const key of strangers) await hands.write(key, Buffer.from('x'));
    const { exitCode, told } = await proof();
    expect(exitCode).toBe(5);
    expect(told.toSorted()).toEqual(strangers.map((key) => `ARCHIVE_STRANGE_KEY ${key}`).toSorted());
  });

  test('two objects swapped: both are named, each with the other', async () => {
    const [first, second] = [await hands.read(objects[0]!), await hands.read(objects[3]!)];
    await hands.write(objects[0]!, second);
    await hands.write(objects[3]!, first);
    expect(await proof()).toMatchObject({
      exitCode: 5,
      told: [`ARCHIVE_OBJECT_SWAPPED ${objects[0]}:1`, `ARCHIVE_OBJECT_SWAPPED ${objects[3]}:1`],
    });
  });

  test('a manifest removed from the middle, with its object or without', async () => {
    await hands.remove(manifests[1]!);
    expect((await proof()).told).toEqual([
      `ARCHIVE_MANIFEST_MISSING ${manifests[1]}`,
      `ARCHIVE_OBJECT_UNLISTED ${objects[1]}`,
    ]);
    await hands.remove(objects[1]!);
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_MANIFEST_MISSING ${manifests[1]}`] });
  });

  test('the first manifest removed', async () => {
    await hands.remove(manifests[0]!);
    await hands.remove(objects[0]!);
    expect((await proof()).told).toEqual([`ARCHIVE_MANIFEST_MISSING ${manifests[0]}`]);
  });

  test('the last manifest cut off', async () => {
    await hands.remove(manifests[3]!);
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_OBJECT_UNLISTED ${objects[3]}`] });
  });

  test('the last manifest cut off with its objects, while the writer is away: its next one shows the gap', async () => {
    await hands.remove(manifests[3]!);
    await hands.remove(objects[3]!);
    const exporter = await hands.start();
    await exporter.export(storedBatch(exampleEvents(1), `9-${'0'.repeat(16)}`), signal);
    await exporter.stop();
    expect(await proof()).toMatchObject({ exitCode: 5, told: [`ARCHIVE_MANIFEST_MISSING ${manifests[3]}`] });
  });

  test('a manifest changed, and two swapped', async () => {
    const original = await hands.read(manifests[1]!);
    await hands.write(manifests[1]!, Buffer.from(original.toString().replace('"count":10', '"count":11')));
    expect((await proof()).told).toContain(`ARCHIVE_MANIFEST_CHANGED ${manifests[1]}`);
    await hands.write(manifests[1]!, Buffer.from(original.toString().replace('{', '{ ')));
    expect((await proof()).told[0]).toBe(`ARCHIVE_MANIFEST_CHANGED ${manifests[1]}`);
    await hands.write(manifests[1]!, await hands.read(manifests[2]!));
    await hands.write(manifests[2]!, original);
    expect((await proof()).told.slice(0, 2)).toEqual([
      `ARCHIVE_MANIFEST_CHANGED ${manifests[1]}`,
      `ARCHIVE_MANIFEST_CHANGED ${manifests[2]}`,
    ]);
  });
});

describe('signed', () => {
  const keyFiles = async (): Promise<{ privateKey: string; publicKey: string }> => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const files = { privateKey: join(dataDir, 'archive.pem'), publicKey: join(dataDir, 'archive.pub.pem') };
    await writeFile(files.privateKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' }));
    return files;
  };

  test('the public key alone proves it; another key, no signature or a forged manifest are found', async () => {
    const hands = await folder();
    const { privateKey, publicKey } = await keyFiles();
    const { manifests } = await filled(hands, { signing_key_file: privateKey });
    const proof = () => verify(tmpdir(), '--archive', hands.where, '--public-key', publicKey);
    expect(await proof()).toMatchObject({ exitCode: 0, signaturesChecked: true, events: 40 });

    // Whoever forges the last manifest leaves no successor that would tell, but cannot sign.
    const last = await hands.read(manifests[3]!);
    await hands.write(manifests[3]!, Buffer.from(last.toString().replace('10:03:09', '10:03:08')));
    expect((await verify(tmpdir(), '--archive', hands.where)).exitCode).toBe(0);
    expect((await proof()).told[0]).toBe(`ARCHIVE_MANIFEST_SIGNATURE ${manifests[3]}`);
    await hands.write(manifests[3]!, last);

    const other = await keyFiles();
    const told = (await verify(tmpdir(), '--archive', hands.where, '--public-key', other.publicKey)).told;
    expect(told.slice(0, 4)).toEqual(manifests.map((key) => `ARCHIVE_MANIFEST_SIGNATURE ${key}`));
  });

  test('a key that is none is told at the start, without what it holds', async () => {
    const hands = await folder();
    await writeFile(join(dataDir, 'canary.pem'), 'canary');
    const refused = await hands.start({ signing_key_file: 'canary.pem' }).catch((error: Error) => error.message);
    expect(refused).toBe('ARCHIVE_KEY: expected a PKCS8 PEM with an Ed25519 private key');
  });
});
