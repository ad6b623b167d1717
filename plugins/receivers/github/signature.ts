// `X-Hub-Signature-256`: HMAC-SHA-256 over the bytes of the body as they came.
import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-f]{64})$/;

/** The signature in the header; undefined where there is none, or one of another form. */
export const signatureOf = (header: string | string[] | undefined): Buffer | undefined => {
  const hex = typeof header === 'string' ? FORM.exec(header)?.[1] : undefined;
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
};

/** Is it by one of the secrets? Takes the same time whichever it is, and wherever the first wrong byte stands. */
export const isSigned = (body: Uint8Array, signature: Buffer, secrets: readonly string[]): boolean => {
  let matches = 0;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(body).digest();
    matches |= Number(expected.length === signature.length && timingSafeEqual(expected, signature));
  }
  return matches !== 0;
};
