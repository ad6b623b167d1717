import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSigned, signatureOf } from './signature.ts';

const sign = (body: string | Buffer, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const BODY = Buffer.from('{ "a" :\t1 }\n');

// The example of GitHub's documentation.
test('is what GitHub computes', () => {
  const header = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  expect(isSigned(Buffer.from('Hello, World!'), signatureOf(header)!, ["It's a Secret to Everybody"])).toBe(true);
});

test.each<[string, string | string[] | undefined]>([
  ['missing', undefined],
  ['empty', ''],
  ['twice', [sign(BODY, 's'), sign(BODY, 's')]],
  ['SHA-1', `sha1=${'0'.repeat(40)}`],
  ['of the old header', sign(BODY, 's').slice('sha256='.length)],
  ['short', sign(BODY, 's').slice(0, -1)],
  ['long', `${sign(BODY, 's')}0`],
  ['in capitals', sign(BODY, 's').toUpperCase()],
  ['with a space', ` ${sign(BODY, 's')}`],
])('a header that is %s is no signature', (_, header) => {
  expect(signatureOf(header)).toBeUndefined();
});

test.each<[string, string | Buffer, string, readonly string[], boolean]>([
  ['by the secret', BODY, 'new', ['new'], true],
  ['by the first of two', BODY, 'new', ['new', 'old'], true],
  ['by the second of two', BODY, 'old', ['new', 'old'], true],
  ['by neither', BODY, 'older', ['new', 'old'], false],
  ['by nothing', BODY, '', ['new'], false],
  ['over the same JSON with other white space', JSON.stringify({ a: 1 }), 'new', ['new'], false],
  [
    'over a body with one bit flipped',
    Buffer.from(BODY.map((byte, i) => (i === 3 ? byte ^ 1 : byte))),
    'new',
    ['new'],
    false,
  ],
  ['where no secret is left', BODY, 'new', [], false],
])('a signature %s', (_, signed, secret, secrets, valid) => {
  expect(isSigned(BODY, signatureOf(sign(signed, secret))!, secrets)).toBe(valid);
});

test('every byte of the signature counts', () => {
  const right = signatureOf(sign(BODY, 's'))!;
  for (let i = 0; i < right.length; i++) {
    const wrong = Buffer.from(right.map((byte, at) => (at === i ? byte ^ 0x80 : byte)));
    expect(isSigned(BODY, wrong, ['s'])).toBe(false);
  }
});
