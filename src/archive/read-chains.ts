// The reading end of the manifest chains: each manifest is held against its name, its signature and the one before.
import type { ObjectStore } from '../sdk/index.ts';
import {
  MANIFESTS_ROOT,
  manifestKey,
  parseManifestKey,
  parseObjectKey,
  type ParsedManifestKey,
} from '../sdk/archive/keys.ts';
import {
  MOST_MANIFEST_BYTES,
  parseManifest,
  sha256Of,
  signedBytes,
  type Manifest,
  type ManifestEntry,
} from '../sdk/archive/manifest.ts';
import { readWhole } from '../sdk/archive/object-store.ts';
import type { SignatureCheck } from '../sdk/archive/signature.ts';
import type { Found } from './finding.ts';
import { inOrder } from './ordered.ts';
import { strangeKey } from './tenants.ts';

export interface ChainReading {
  readonly store: ObjectStore;
  /** Empty: signatures are not checked. */
  readonly signatures: readonly SignatureCheck[];
  /** The start of a chain may have expired. */
  readonly mayBeginLate: boolean;
  readonly found: Found;
}

export interface ReadManifest {
  readonly key: string;
  readonly manifest: Manifest;
}

interface Read {
  readonly key: string;
  readonly name: ParsedManifestKey | undefined;
  readonly sha256: string;
  readonly manifest: Manifest | undefined;
}

const AHEAD = 8;

/** A tenant's manifests, chain by chain, in the order of their writing; what is wrong is told as it is met. */
export async function* readChains(
  reading: ChainReading,
  tenant: string,
  isKnown: (key: string) => boolean = () => false,
): AsyncGenerator<ReadManifest> {
  const { store, found } = reading;
  let before: Read | undefined;
  for await (const read of inOrder(newKeys(store, tenant, isKnown), AHEAD, (key) => readOne(store, key))) {
    if (read === undefined) continue;
    if (read.name === undefined) {
      found(strangeKey(read.key));
      continue;
    }
    const previous = before?.name?.writer === read.name.writer ? before : undefined;
    checkPlace(reading, read.name, previous, isKnown);
    const manifest = checkManifest(reading, { ...read, name: read.name }, previous);
    before = read;
    if (manifest !== undefined) yield { key: read.key, manifest };
  }
}

async function* newKeys(store: ObjectStore, tenant: string, isKnown: (key: string) => boolean): AsyncGenerator<string> {
  for await (const { key } of store.list(`${MANIFESTS_ROOT}${tenant}/`)) if (!isKnown(key)) yield key;
}

const readOne = async (store: ObjectStore, key: string): Promise<Read | undefined> => {
  const name = parseManifestKey(key);
  if (name === undefined) return { key, name, sha256: '', manifest: undefined };
  const there = await readWhole(store, key, MOST_MANIFEST_BYTES);
  if (there === undefined) return undefined;
  return { key, name, sha256: sha256Of(there.bytes), manifest: parseManifest(there.bytes) };
};

/** Every sequence from 1, without a gap. */
const checkPlace = (
  { mayBeginLate, found }: ChainReading,
  { tenant, writer, sequence }: ParsedManifestKey,
  previous: Read | undefined,
  isKnown: (key: string) => boolean,
): void => {
  const expected = (previous?.name?.sequence ?? 0) + 1;
  if (sequence === expected || isKnown(manifestKey(tenant, writer, sequence - 1))) return;
  if (previous === undefined && mayBeginLate) return;
  const key = manifestKey(tenant, writer, expected);
  const missing = sequence - expected;
  const expired = previous === undefined ? '; if they have expired, verify with --since' : '';
  const message = missing === 1 ? 'is missing' : `and the ${missing - 1} manifests behind it are missing${expired}`;
  found({ code: 'ARCHIVE_MANIFEST_MISSING', key, message });
};

/** The manifest where it may be believed. */
const checkManifest = (
  { signatures, found }: ChainReading,
  { key, name, manifest }: Read & { readonly name: ParsedManifestKey },
  previous: Read | undefined,
): Manifest | undefined => {
  const changed = (message: string, at = key): undefined => {
    found({ code: 'ARCHIVE_MANIFEST_CHANGED', key: at, message });
    return undefined;
  };
  if (manifest === undefined) return changed('does not hold what was written');
  const { tenant, writer, sequence } = manifest;
  if (tenant !== name.tenant || writer !== name.writer || sequence !== name.sequence) {
    return changed(`holds manifest ${sequence} of writer ${writer}`);
  }
  if (!isSigned(manifest, signatures)) {
    const message = manifest.signature === undefined ? 'is not signed' : 'is not signed by the given key';
    found({ code: 'ARCHIVE_MANIFEST_SIGNATURE', key, message });
    return undefined;
  }
  const follows = previous?.name?.sequence === sequence - 1;
  // The one before is named: it is what its successor does not know. Unless that could not be read, which is told.
  if (follows && previous.manifest !== undefined && manifest.previous !== previous.sha256) {
    changed('is not the manifest that its successor names', previous.key);
  }
  if (sequence === 1 && manifest.previous !== null) changed('is the first and names one before it');
  return manifest.objects.every((entry) => fits(entry, manifest)) ? manifest : changed('names objects that it cannot');
};

const isSigned = (manifest: Manifest, signatures: readonly SignatureCheck[]): boolean => {
  if (signatures.length === 0) return true;
  const { keyId, signature } = manifest;
  if (signature === undefined) return false;
  const bytes = signedBytes(manifest);
  return signatures.some((check) => check.keyId === keyId && check.isValid(bytes, signature));
};

/** An entry's name tells its tenant, count and hash. */
const fits = ({ key, count, sha256 }: ManifestEntry, { tenant }: Manifest): boolean => {
  const name = parseObjectKey(key);
  return name?.tenant === tenant && name.count === count && sha256.startsWith(name.hash);
};
