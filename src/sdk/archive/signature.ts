// Ed25519: the collector holds the private key, whoever verifies needs the public one alone.
import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

export interface Signer {
  readonly keyId: string;
  /** Base64. */
  sign(bytes: Uint8Array): string;
}

export interface SignatureCheck {
  readonly keyId: string;
  isValid(bytes: Uint8Array, signature: string): boolean;
}

const KEY_ID_DIGITS = 16;

/** From a PKCS8 PEM; throws where it is no Ed25519 key. The message never holds the key. */
export const createSigner = (pem: string): Signer => {
  const key = ed25519(() => createPrivateKey(pem), 'a PKCS8 PEM with an Ed25519 private key');
  return {
    keyId: keyIdOf(createPublicKey(key)),
    sign: (bytes) => sign(null, bytes, key).toString('base64'),
  };
};

/** From an SPKI PEM; a private key's PEM serves as well. */
export const createSignatureCheck = (pem: string): SignatureCheck => {
  const key = ed25519(() => createPublicKey(pem), 'a PEM with an Ed25519 public key');
  return {
    keyId: keyIdOf(key),
    isValid: (bytes, signature) => verify(null, bytes, key, Buffer.from(signature, 'base64')),
  };
};

const ed25519 = (read: () => KeyObject, expected: string): KeyObject => {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // OpenSSL's own words quote the input.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`ARCHIVE_KEY: expected ${expected}`);
  return key;
};

const keyIdOf = (key: KeyObject): string =>
  hash('sha256', key.export({ type: 'spki', format: 'der' })).slice(0, KEY_ID_DIGITS);
