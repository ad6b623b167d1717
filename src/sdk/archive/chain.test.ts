// The chain against a store in memory: retries, crashes, lost state, long chains.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { capturingLog } from '../../testkit/index.ts';
import { createChains } from './chain.ts';
import { manifestKey, parseManifestKey } from './keys.ts';
import { parseManifest, sha256Of, type ManifestEntry } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { openWriterState } from './writer-state.ts';

interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  listings: number;
}

const memoryStore = (): MemoryStore => {
  const objects = new Map<string, Buffer>();
  return {
    objects,
    listings: 0,
    put: async (key, bytes) => {
      if (objects.has(key)) return 'there';
      objects.set(key, Buffer.from(bytes));
      return 'written';
    },
    read: async (key) => {
      const bytes = objects.get(key);
      return bytes === undefined
        ? undefined
        : (async function* () {
            yield bytes;
          })();
    },
    async *list(prefix, { after = '' } = {}) {
      this.listings++;
      for (const key of [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).toSorted()) {
        yield { key, bytes: 0, modifiedMs: 0 };
      }
    },
    close: () => {},
  };
};

const signal = new AbortController().signal;
const entryOf = (name: string): ManifestEntry => ({
  key: name,
  count: 1,
  firstReceivedAt: '2026-11-23T10:00:00Z',
  lastReceivedAt: '2026-11-23T10:00:00Z',
  bytes: 1,
  sha256: sha256Of(Buffer.from(name)),
  storedBytes: 1,
  storedSha256: sha256Of(Buffer.from(name)),
  lineSums: '',
});

let folder = '';
let store: MemoryStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'betalogs-chain-'));
  store = memoryStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const opened = async () => {
  const log = capturingLog();
  const state = await openWriterState(folder);
  return { log, state, chains: createChains({ store, state, signer: undefined, log }) };
};
const sequences = (): number[] => [...store.objects.keys()].map((key) => parseManifestKey(key)!.sequence);
const append = async (...cuts: readonly number[]): Promise<void> => {
  const { chains } = await opened();
  for (const cut of cuts) await chains.append('acme', `${cut}-aa`, [entryOf(`o${cut}`)], signal);
};

test('each manifest names the one before', async () => {
  await append(1, 5, 9);
  const [first, second] = [...store.objects.values()];
  expect(parseManifest(first!)?.previous).toBeNull();
  expect(parseManifest(second!)?.previous).toBe(sha256Of(first!));
  expect(sequences()).toEqual([1, 2, 3]);
});

test('cuts that come again after a crash are known by their keys, however many', async () => {
  await append(1, 5, 9, 14);
  await append(5, 9, 14, 20);
  expect(sequences()).toEqual([1, 2, 3, 4, 5]);
});

test('a cut whose frames were damaged since, and that gives other objects, is written', async () => {
  await append(1, 5);
  const { chains } = await opened();
  await chains.append('acme', '5-aa', [entryOf('less')], signal);
  expect(sequences()).toEqual([1, 2, 3]);
});

test('without its own state it finds its place in the store; the end is found in few listings', async () => {
  await append(...Array.from({ length: 300 }, (_, i) => i + 1));
  const { state } = await opened();
  await rm(join(folder, 'tenant=acme.json'));
  store.listings = 0;
  await append(301);
  expect(store.listings).toBeLessThan(30);
  expect(store.objects.has(manifestKey('acme', state.writer, 301))).toBe(true);
});

test('a chain whose start has expired goes on', async () => {
  await append(1, 2, 3, 4, 5);
  const { state } = await opened();
  for (const sequence of [1, 2, 3]) store.objects.delete(manifestKey('acme', state.writer, sequence));
  await rm(join(folder, 'tenant=acme.json'));
  await append(6);
  expect(sequences()).toEqual([4, 5, 6]);
});

test('an end that was cut off is told, and the gap stays to be seen', async () => {
  await append(1, 2, 3);
  const { state, chains, log } = await opened();
  store.objects.delete(manifestKey('acme', state.writer, 3));
  await chains.append('acme', '4-aa', [entryOf('o4')], signal);
  expect(sequences()).toEqual([1, 2, 4]);
  expect(log.lines.join('\n')).toContain('the end of a manifest chain is missing');
});

test('something else in the next place does not hold the chain up', async () => {
  await append(1);
  const { state } = await opened();
  store.objects.set(manifestKey('acme', state.writer, 2), Buffer.from('not a manifest'));
  await append(2);
  expect(sequences()).toEqual([1, 2, 3]);
});

test('the writer stays the same; two that begin at once are one', async () => {
  const writers = await Promise.all(Array.from({ length: 10 }, async () => (await openWriterState(folder)).writer));
  expect(new Set(writers).size).toBe(1);
  expect((await openWriterState(folder)).writer).toBe(writers[0]);
});
