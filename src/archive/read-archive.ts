// What every reader of an archive does: tenant by tenant, chain by chain, object by object, each proven before use.
import { parseManifestKey, type ParsedManifestKey } from '../sdk/archive/keys.ts';
import type { ManifestEntry } from '../sdk/archive/manifest.ts';
import type { ArchiveStore } from '../sdk/index.ts';
import type { SignatureCheck } from '../sdk/archive/signature.ts';
import type { Found } from './finding.ts';
import { readChains } from './read-chains.ts';
import { tenantsOf } from './tenants.ts';
import { mayReach, type Window } from './window.ts';

export interface ArchiveReading extends Window {
  readonly store: ArchiveStore;
  /** Without it, all tenants. */
  readonly tenant?: string | undefined;
  readonly signatures: readonly SignatureCheck[];
  readonly found: Found;
}

/** An object as its manifest names it. */
export interface ListedObject extends ParsedManifestKey {
  readonly entry: ManifestEntry;
}

/** What the manifests name within the window; the objects themselves are not read. */
export async function* listObjects(reading: ArchiveReading): AsyncGenerator<ListedObject> {
  const { store, found, sinceNs } = reading;
  for (const tenant of reading.tenant === undefined ? await tenantsOf(store, found) : [reading.tenant]) {
    const chains = { ...reading, mayBeginLate: sinceNs !== undefined };
    for await (const { key, manifest } of readChains(chains, tenant)) {
      for (const entry of manifest.objects) {
        if (mayReach(reading, entry)) yield { ...parseManifestKey(key)!, entry };
      }
    }
  }
}
