// The writing end of the manifest chains. Every step may be repeated after a crash: a manifest is found by its cut.
import { chainPrefix, manifestKey, parseManifestKey } from './keys.ts';
import {
  encodeManifest,
  MOST_MANIFEST_BYTES,
  parseManifest,
  sha256Of,
  type Manifest,
  type ManifestEntry,
} from './manifest.ts';
import { readWhole, type ObjectStore } from './object-store.ts';
import type { Signer } from './signature.ts';
import type { ChainHead, WriterState } from './writer-state.ts';
import type { Log } from '../component.ts';

export interface ChainOptions {
  readonly store: ObjectStore;
  readonly state: WriterState;
  readonly signer: Signer | undefined;
  readonly log: Log;
}

export interface Chains {
  /** Resolves when a manifest that names these objects is durable; rejects with the store's error. */
  append(tenant: string, cut: string, objects: readonly ManifestEntry[], signal: AbortSignal): Promise<void>;
}

/** Tenants whose chain's end is kept in mind. */
const MOST_KNOWN = 16_384;
/** How far back a retried cut is looked for; no more cuts than these are open at a crash. */
const MOST_STEPS_BACK = 1000;
const PROBE_KEYS = 2;
const NO_HEAD: ChainHead = { sequence: 0, sha256: null, cut: null };

export const createChains = (options: ChainOptions): Chains => {
  const { store, state, signer, log } = options;
  const heads = new Map<string, ChainHead>();

  const know = async (tenant: string, head: ChainHead): Promise<ChainHead> => {
    if (heads.size >= MOST_KNOWN) heads.clear();
    heads.set(tenant, head);
    try {
      await state.save(tenant, head);
    } catch (error) {
      // The store itself knows where the chain ends; only the witness beside it is behind.
      log.warn('the end of a manifest chain could not be noted', { tenant, error: String(error) });
    }
    return head;
  };

  return {
    append: async (tenant, cut, objects, signal) => {
      let head = heads.get(tenant) ?? (await know(tenant, await findHead(options, tenant, signal)));
      if (await isWritten(options, tenant, head, cut, objects, signal)) return;
      for (;;) {
        const sequence = head.sequence + 1;
        const body = { tenant, writer: state.writer, sequence, previous: head.sha256, cut, objects: [...objects] };
        const bytes = encodeManifest(body, signer);
        const key = manifestKey(tenant, state.writer, sequence);
        const answer = await store.put(key, bytes, signal);
        if (answer === 'written') {
          await know(tenant, { sequence, sha256: sha256Of(bytes), cut });
          return;
        }
        // A put of ours whose answer was lost, or something that is not ours: `verify` tells, the chain goes on.
        const there = await readManifest(store, key, signal);
        head = await know(tenant, headOf(sequence, there));
        if (covers(there.manifest, cut, objects)) return;
      }
    },
  };
};

interface ReadManifest {
  readonly sha256: string | null;
  readonly manifest: Manifest | undefined;
}

const readManifest = async (store: ObjectStore, key: string, signal: AbortSignal): Promise<ReadManifest> => {
  const there = await readWhole(store, key, MOST_MANIFEST_BYTES, signal);
  if (there === undefined) return { sha256: null, manifest: undefined };
  return { sha256: sha256Of(there.bytes), manifest: parseManifest(there.bytes) };
};

const headOf = (sequence: number, { sha256, manifest }: ReadManifest): ChainHead => ({
  sequence,
  sha256,
  cut: manifest?.cut ?? null,
});

const covers = (manifest: Manifest | undefined, cut: string, objects: readonly ManifestEntry[]): boolean => {
  if (manifest?.cut !== cut) return false;
  const hashes = new Set(manifest.objects.map(({ sha256 }) => sha256));
  return objects.every(({ sha256 }) => hashes.has(sha256));
};

/** A cut that comes again after a crash may lie a few manifests back: it was acknowledged, and that was lost. */
const isWritten = async (
  { store, state }: ChainOptions,
  tenant: string,
  head: ChainHead,
  cut: string,
  objects: readonly ManifestEntry[],
  signal: AbortSignal,
): Promise<boolean> => {
  if (head.cut !== null && isBefore(head.cut, cut)) return false;
  const least = Math.max(1, head.sequence - (ordinalOf(cut) === undefined ? 0 : MOST_STEPS_BACK));
  for (let { sequence } = head; sequence >= least; sequence--) {
    const { manifest } = await readManifest(store, manifestKey(tenant, state.writer, sequence), signal);
    if (covers(manifest, cut, objects)) return true;
    if (manifest !== undefined && isBefore(manifest.cut, cut)) return false;
  }
  return false;
};

/** A journaled cut's key begins with the sequence of its first frame, which grows. */
const ordinalOf = (cut: string): number | undefined => {
  const digits = /^(\d+)-/.exec(cut)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const isBefore = (a: string, b: string): boolean => (ordinalOf(a) ?? Infinity) < (ordinalOf(b) ?? -Infinity);

const findHead = async (options: ChainOptions, tenant: string, signal: AbortSignal): Promise<ChainHead> => {
  const { store, state, log } = options;
  const noted = await state.load(tenant);
  const sequence = await lastSequence(store, tenant, state.writer, noted?.sequence ?? 0);
  if (noted !== undefined && sequence < noted.sequence) {
    log.error('the end of a manifest chain is missing in the archive', { tenant, sequence, expected: noted.sequence });
    return noted;
  }
  if (sequence === 0) return NO_HEAD;
  const there = headOf(sequence, await readManifest(store, manifestKey(tenant, state.writer, sequence), signal));
  if (noted === undefined || noted.sequence < sequence || noted.sha256 === there.sha256) return there;
  log.error('the last manifest of a chain is not the one that was written', { tenant, sequence });
  return noted;
};

/** The greatest sequence in the store: by doubling and halving, for a chain may be millions long and its start expired. */
const lastSequence = async (store: ObjectStore, tenant: string, writer: string, hint: number): Promise<number> => {
  const behind = (sequence: number): Promise<number | undefined> => firstBehind(store, tenant, writer, sequence);
  let low = (await behind(Math.max(0, hint - 1))) ?? (await behind(0)) ?? 0;
  if (low === 0) return 0;
  let high = low;
  for (let step = 1; ; step *= 2) {
    high = low + step - 1;
    const found = await behind(high);
    if (found === undefined) break;
    low = found;
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await behind(middle);
    if (found === undefined) high = middle;
    else low = found;
  }
  return low;
};

const firstBehind = async (
  store: ObjectStore,
  tenant: string,
  writer: string,
  sequence: number,
): Promise<number | undefined> => {
  const after = manifestKey(tenant, writer, sequence);
  for await (const { key } of store.list(chainPrefix(tenant, writer), { after, pageSize: PROBE_KEYS })) {
    const parsed = parseManifestKey(key);
    if (parsed !== undefined) return parsed.sequence;
  }
  return undefined;
};
