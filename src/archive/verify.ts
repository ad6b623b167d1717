// Proves an archive from itself and the public key: nothing changed, missing, added or swapped.
import type { ManifestEntry } from '../sdk/archive/manifest.ts';
import { OBJECTS_ROOT, parseObjectKey } from '../sdk/archive/keys.ts';
import type { ObjectEntry } from '../sdk/index.ts';
import { checkObject, type FindByHash } from './check-object.ts';
import { inOrder } from './ordered.ts';
import type { ArchiveReading } from './read-archive.ts';
import { readChains } from './read-chains.ts';
import { strangeKey, tenantsOf } from './tenants.ts';
import { mayReach } from './window.ts';

export interface VerifyOptions extends ArchiveReading {
  readonly nowMs: () => number;
  /** Lets a running writer finish the manifest of an object that was just put. */
  readonly wait: (ms: number) => Promise<void>;
  readonly progress?: (counts: VerifyCounts) => void;
}

export interface VerifyCounts {
  tenants: number;
  manifests: number;
  objects: number;
  events: number;
  bytes: number;
}

const AHEAD = 4;
const SETTLE_MS = 2000;
const JUST_NOW_MS = 60_000;

/** Tells each finding as it is met; resolves with what was looked at. */
export const verifyArchive = async (options: VerifyOptions): Promise<VerifyCounts> => {
  const counts: VerifyCounts = { tenants: 0, manifests: 0, objects: 0, events: 0, bytes: 0 };
  const { store, tenant, found } = options;
  for (const each of tenant === undefined ? await tenantsOf(store, found) : [tenant]) {
    counts.tenants++;
    await verifyTenant(options, each, counts);
  }
  return counts;
};

/** What a tenant's folders hold and its manifests name. */
interface Inventory {
  /** Objects that are there; those that a manifest names are taken out. */
  readonly unlisted: Map<string, ObjectEntry>;
  readonly findByHash: FindByHash;
  readonly seen: Set<string>;
}

const verifyTenant = async (options: VerifyOptions, tenant: string, counts: VerifyCounts): Promise<void> => {
  const inventory = await takeInventory(options, tenant);
  const entries = listed(options, tenant, inventory, counts);
  for await (const checked of inOrder(entries, AHEAD, (entry) => verifyObject(options, inventory, entry))) {
    counts.objects++;
    counts.events += checked.count;
    counts.bytes += checked.bytes;
    options.progress?.(counts);
  }
  await settle(options, tenant, inventory, counts);
  for (const key of inventory.unlisted.keys()) {
    options.found({
      code: 'ARCHIVE_OBJECT_UNLISTED',
      key,
      message: 'is named by no manifest: it was added, or its manifest was cut off',
    });
  }
};

const takeInventory = async ({ store, found }: VerifyOptions, tenant: string): Promise<Inventory> => {
  const unlisted = new Map<string, ObjectEntry>();
  const byHash = new Map<string, string>();
  for await (const object of store.list(`${OBJECTS_ROOT}${tenant}/`)) {
    const name = parseObjectKey(object.key);
    if (name === undefined) {
      found(strangeKey(object.key));
    } else {
      unlisted.set(object.key, object);
      byHash.set(name.hash, object.key);
    }
  }
  return { unlisted, findByHash: (digits) => byHash.get(digits), seen: new Set() };
};

async function* listed(
  options: VerifyOptions,
  tenant: string,
  { unlisted, seen }: Inventory,
  counts: VerifyCounts,
): AsyncGenerator<ManifestEntry> {
  const chains = { ...options, mayBeginLate: options.sinceNs !== undefined };
  for await (const { key, manifest } of readChains(chains, tenant, (known) => seen.has(known))) {
    seen.add(key);
    counts.manifests++;
    for (const entry of manifest.objects) {
      unlisted.delete(entry.key);
      if (mayReach(options, entry)) yield entry;
    }
  }
}

const verifyObject = async (
  { store, found }: VerifyOptions,
  { findByHash }: Inventory,
  entry: ManifestEntry,
): Promise<ManifestEntry> => {
  const checked = await checkObject(store, entry, findByHash);
  if ('finding' in checked) found(checked.finding);
  return entry;
};

/** Beside a running collector an object is there a moment before its manifest. */
const settle = async (
  options: VerifyOptions,
  tenant: string,
  inventory: Inventory,
  counts: VerifyCounts,
): Promise<void> => {
  const isFresh = ({ modifiedMs }: ObjectEntry): boolean => modifiedMs > options.nowMs() - JUST_NOW_MS;
  if (![...inventory.unlisted.values()].some(isFresh)) return;
  await options.wait(SETTLE_MS);
  const entries = listed({ ...options, found: () => {} }, tenant, inventory, counts);
  for await (const entry of entries) await verifyObject(options, inventory, entry);
};
