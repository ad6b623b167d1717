import { expect, test } from 'vitest';
import { bindHead } from './bulk-query.ts';

test('the Bind message is the protocol’s, up to the large parameter', () => {
  const head = bindHead('s', ['ab', '', 'é'], 70_000);
  // B, length, portal "", statement "s", four formats, four values; the tail of four bytes follows the bytes.
  expect(head.toString('hex')).toBe(
    [
      '42', (4 + 1 + 2 + 2 + 8 + 2 + 6 + 4 + 6 + 4 + 70_000 + 4).toString(16).padStart(8, '0'),
      '00', '7300', '0004', '0000', '0000', '0000', '0001', '0004',
      '00000002', '6162', '00000000', '00000002', 'c3a9', '00011170',
    ].join(''),
  ); // prettier-ignore
});
