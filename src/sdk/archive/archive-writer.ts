// What the exporters that archive have in common: objects first, then the manifest that names them.
import { hash } from 'node:crypto';
import { formatInstant } from '../../event/time.ts';
import type { Log } from '../component.ts';
import { forAll, stored, type ExportOutcome, type StoredBatch } from '../exporter.ts';
import { createChains, type Chains } from './chain.ts';
import { inflateObject, type Compressor } from './compress.ts';
import { eachLimited } from './limited.ts';
import { encodeLineSums } from './line-sums.ts';
import { sha256Of, type ManifestEntry } from './manifest.ts';
import { readWhole, type ObjectStore } from './object-store.ts';
import { toArchiveObjects, type ArchiveObject } from './objects.ts';
import type { Signer } from './signature.ts';
import { openWriterState } from './writer-state.ts';

export interface ArchiveWriterOptions {
  readonly store: ObjectStore;
  readonly compressor: Compressor;
  /** Undefined: not an answer of the store's. */
  readonly classify: (error: unknown) => ExportOutcome | undefined;
  readonly loadSigner: () => Promise<Signer | undefined>;
  /** Where the writer's own state lies: `writerFolder(dataDir, id)`. */
  readonly stateFolder: string;
  /** Puts under way at once. */
  readonly concurrency: number;
  readonly log: Log;
}

export interface ArchiveWriter {
  open(): Promise<void>;
  /** Each event is stored when its object and the manifest that names it are durable. */
  export(batch: StoredBatch, signal: AbortSignal): Promise<readonly ExportOutcome[]>;
}

const STOPPED: ExportOutcome = { status: 'retry', reason: 'stopped before it was written' };
const CONFLICT: ExportOutcome = {
  status: 'stop',
  reason: 'ARCHIVE_CONFLICT: an object of this name holds other lines',
};
const TENANT_REFUSED: ExportOutcome = {
  status: 'dead',
  code: 'ARCHIVE_TENANT',
  message: "the tenant's id cannot be part of an object's name",
};
/** Compression never adds more: what is larger is not an object of ours. */
const MOST_OVERHEAD = 64 * 1024;

export const createArchiveWriter = (options: ArchiveWriterOptions): ArchiveWriter => {
  let chains: Chains | undefined;
  return {
    open: async () => {
      const [state, signer] = await Promise.all([openWriterState(options.stateFolder), options.loadSigner()]);
      chains = createChains({ store: options.store, state, signer, log: options.log });
    },
    export: (batch, signal) => {
      if (chains === undefined) throw new TypeError('export before open');
      return exportBatch({ ...options, chains }, batch, signal);
    },
  };
};

interface Work extends ArchiveWriterOptions {
  readonly chains: Chains;
}

/** What is known of one object after its put. */
interface Put {
  readonly object: ArchiveObject;
  readonly outcome: ExportOutcome;
  /** Set where it is stored. */
  readonly entry?: ManifestEntry;
}

const exportBatch = async (work: Work, batch: StoredBatch, signal: AbortSignal): Promise<readonly ExportOutcome[]> => {
  const { objects, refused } = toArchiveObjects(batch);
  const outcomes = forAll(batch, STOPPED);
  for (const position of refused) outcomes[position] = TENANT_REFUSED;
  const byTenant = new Map<string, Put[]>(objects.map(({ tenant }) => [tenant, []]));
  await eachLimited(objects, work.concurrency, async (object) => {
    byTenant.get(object.tenant)!.push(await putObject(work, object, signal));
  });
  const cut = batch.cut ?? `lines-${hash('sha256', batch.lines)}`;
  await eachLimited(byTenant, work.concurrency, async ([tenant, puts]) => {
    const verdict = await settle(work, { tenant, cut, puts }, signal);
    for (const { object, outcome } of puts) {
      for (const position of object.positions) outcomes[position] = outcome.status === 'stored' ? verdict : outcome;
    }
  });
  return outcomes;
};

/**
 * A tenant's objects are acknowledged together, by their manifest: were some acknowledged alone, a retry of the others
 * would make a second manifest for the same cut.
 */
const settle = async (
  work: Work,
  { tenant, cut, puts }: { readonly tenant: string; readonly cut: string; readonly puts: readonly Put[] },
  signal: AbortSignal,
): Promise<ExportOutcome> => {
  const failed = puts.find(({ outcome }) => outcome.status !== 'stored' && outcome.status !== 'dead');
  if (failed !== undefined) return failed.outcome;
  const entries = puts.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  if (entries.length === 0) return stored;
  entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  return classified(work, signal, async () => {
    await work.chains.append(tenant, cut, entries, signal);
    return stored;
  });
};

const putObject = async (work: Work, object: ArchiveObject, signal: AbortSignal): Promise<Put> => {
  let entry: ManifestEntry | undefined;
  const outcome = await classified(work, signal, async () => {
    entry = await writeObject(work, object, signal);
    return entry === undefined ? CONFLICT : stored;
  });
  return entry === undefined ? { object, outcome } : { object, outcome, entry };
};

const classified = async (
  { classify }: Work,
  signal: AbortSignal,
  act: () => Promise<ExportOutcome>,
): Promise<ExportOutcome> => {
  if (signal.aborted) return STOPPED;
  try {
    return await act();
  } catch (error) {
    const outcome = classify(error);
    if (outcome !== undefined) return outcome;
    if (signal.aborted) return STOPPED;
    throw error;
  }
};

/** Undefined: the name is taken by something else. */
const writeObject = async (
  { store, compressor, log }: Work,
  object: ArchiveObject,
  signal: AbortSignal,
): Promise<ManifestEntry | undefined> => {
  const key = object.key + compressor.extension;
  let bytes: Uint8Array | undefined = await compressor.compress(object.lines);
  if ((await store.put(key, bytes, signal)) === 'there') bytes = await readSame(store, key, object, signal);
  if (bytes === undefined) {
    log.error('an object of the archive holds other lines than its name says', { key });
    return undefined;
  }
  return {
    key,
    count: object.positions.length,
    firstReceivedAt: formatInstant(object.first),
    lastReceivedAt: formatInstant(object.last),
    bytes: object.lines.length,
    sha256: object.sha256,
    storedBytes: bytes.length,
    storedSha256: sha256Of(bytes),
    lineSums: encodeLineSums(object.lines),
  };
};

/** The stored bytes where they hold the same lines; another version of the compressor may have made them. */
const readSame = async (
  store: ObjectStore,
  key: string,
  { lines, sha256 }: ArchiveObject,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> => {
  const there = await readWhole(store, key, lines.length + MOST_OVERHEAD, signal);
  if (there === undefined || !there.isWhole) return undefined;
  const { bytes, isWhole } = await inflateObject(key, there.bytes, lines.length);
  return isWhole && sha256Of(bytes) === sha256 ? there.bytes : undefined;
};
