// A manifest names the objects of one batch and tenant, and the manifest before it: a chain for each tenant and writer.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import type { Signer } from './signature.ts';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const entry = z.strictObject({
  key: z.string(),
  count,
  firstReceivedAt: z.string(),
  lastReceivedAt: z.string(),
  /** Of the uncompressed NDJSON. */
  bytes: count,
  sha256: hex64,
  /** Of the object as it is stored. */
  storedBytes: count,
  storedSha256: hex64,
  /** `encodeLineSums` of the lines. */
  lineSums: z.string(),
});

const body = {
  format: z.literal('betalogs-manifest/1'),
  tenant: z.string(),
  writer: z.string(),
  sequence: z.int().min(1),
  /** SHA-256 of the manifest before it, as stored; null for the first. */
  previous: hex64.nullable(),
  /** The key of the journal's cut, by which a retry is known. */
  cut: z.string(),
  objects: z.array(entry).min(1),
};

const stored = z.strictObject({
  ...body,
  /** Which key signed: the first 16 hex digits of the SHA-256 of its public part. */
  keyId: z.string().optional(),
  /** Ed25519 over the canonical JSON of all the rest, base64. */
  signature: z.string().optional(),
});

export type ManifestEntry = z.infer<typeof entry>;
export type Manifest = z.infer<typeof stored>;
export type ManifestBody = Omit<Manifest, 'keyId' | 'signature' | 'format'>;

/** Larger than the manifest of a full batch ever is. */
export const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The bytes of a manifest: the same for the same body and key. */
export const encodeManifest = (manifest: ManifestBody, signer?: Signer): Buffer => {
  const unsigned = {
    format: 'betalogs-manifest/1',
    ...manifest,
    ...(signer === undefined ? {} : { keyId: signer.keyId }),
  };
  if (signer === undefined) return Buffer.from(`${canonicalJson(unsigned)}\n`);
  const signature = signer.sign(Buffer.from(canonicalJson(unsigned)));
  return Buffer.from(`${canonicalJson({ ...unsigned, signature })}\n`);
};

/** Undefined: not the bytes of a manifest that this program writes. */
export const parseManifest = (bytes: Uint8Array): Manifest | undefined => {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    return parsed.success && `${canonicalJson(parsed.data)}\n` === text ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** What `signature` is over. */
export const signedBytes = (manifest: Manifest): Buffer =>
  Buffer.from(canonicalJson({ ...manifest, signature: undefined }));
