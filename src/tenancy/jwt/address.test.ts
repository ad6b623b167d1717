import type { lookup, LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { createPublicLookup, isPublicAddress } from './address.ts';

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['172.15.0.1', true],
  ['172.32.0.1', true],
  ['169.254.169.254', false],
  ['127.0.0.1', false],
  ['127.9.9.9', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['fe80::1', false],
  ['fd00:ec2::254', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:0:7f00:1::', false],
  ['ff02::1', false],
  ['localhost', false],
  ['', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

const resolving = (...addresses: string[]): typeof lookup =>
  ((_name: string, _options: unknown, done: (error: null, found: LookupAddress[]) => void) =>
    done(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))) as never; // prettier-ignore
const ask = (all: boolean, ...addresses: string[]): Promise<unknown> =>
  new Promise((resolve) =>
    createPublicLookup(resolving(...addresses))('x.example', { all }, (error, found) => resolve(error?.name ?? found)),
  );

test('a name is refused where one of its addresses is not public', async () => {
  expect(await ask(false, '8.8.8.8')).toBe('8.8.8.8');
  expect(await ask(true, '8.8.8.8', '2606:4700::1111')).toHaveLength(2);
  expect(await ask(true, '8.8.8.8', '10.0.0.1')).toBe('AddressRefusedError');
  expect(await ask(false, '169.254.169.254')).toBe('AddressRefusedError');
  expect(await ask(false)).toBe('AddressRefusedError');
});
