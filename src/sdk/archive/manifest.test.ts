import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodeManifest, parseManifest, signedBytes, type ManifestBody } from './manifest.ts';
import { createSignatureCheck, createSigner } from './signature.ts';

const body: ManifestBody = {
  tenant: 'acme',
  writer: '0123456789abcdef',
  sequence: 7,
  previous: 'a'.repeat(64),
  cut: '12-ab',
  objects: [
    {
      key: 'v1/x',
      count: 1,
      firstReceivedAt: '2026-11-23T10:00:00Z',
      lastReceivedAt: '2026-11-23T10:00:00Z',
      bytes: 3,
      sha256: 'b'.repeat(64),
      storedBytes: 3,
      storedSha256: 'c'.repeat(64),
      lineSums: 'AAAAAA==',
    },
  ],
};
const pems = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};

test('the same body gives the same bytes, whatever the order of its keys', () => {
  const { objects, ...rest } = body;
  expect(encodeManifest({ objects, ...rest }).equals(encodeManifest(body))).toBe(true);
  const signer = createSigner(pems().privateKey);
  expect(encodeManifest(body, signer).equals(encodeManifest(body, signer))).toBe(true);
});

test('it comes back as it was, and only from the very bytes', () => {
  const bytes = encodeManifest(body);
  expect(parseManifest(bytes)).toMatchObject(body);
  const text = bytes.toString();
  for (const other of [
    text.trimEnd(),
    ` ${text}`,
    text.replace(',', ', '),
    text.replace('}', ',"more":1}'),
    '{}',
    '',
  ]) {
    expect(parseManifest(Buffer.from(other))).toBeUndefined();
  }
});

test('the signature is over everything else, and of one key', () => {
  const { privateKey, publicKey } = pems();
  const manifest = parseManifest(encodeManifest(body, createSigner(privateKey)))!;
  const check = createSignatureCheck(publicKey);
  expect(manifest.keyId).toBe(check.keyId);
  expect(check.isValid(signedBytes(manifest), manifest.signature!)).toBe(true);
  expect(check.isValid(signedBytes({ ...manifest, sequence: 8 }), manifest.signature!)).toBe(false);
  expect(createSignatureCheck(pems().publicKey).isValid(signedBytes(manifest), manifest.signature!)).toBe(false);
});

test('a key of another kind is refused without its text', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const text of [pem, 'canary']) {
    expect(() => createSigner(text)).toThrow(/^ARCHIVE_KEY: expected a PKCS8 PEM with an Ed25519 private key$/);
  }
});
