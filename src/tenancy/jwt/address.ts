// Addresses that a URL of somebody else's must not lead to: this machine, its network, the cloud's metadata.
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const INNER = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  INNER.addSubnet(network, prefix, 'ipv4');
}
// Of IPv6 the global unicast addresses are let through, less those that carry an IPv4 address which is not seen here.
for (const [network, prefix] of [
  ['2001::', 32],
  ['2002::', 16],
] as const) {
  INNER.addSubnet(network, prefix, 'ipv6');
}
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');

/** True for an address of the public internet. */
export const isPublicAddress = (address: string): boolean => {
  const version = isIP(address);
  if (version === 4) return !INNER.check(address, 'ipv4');
  return version === 6 && GLOBAL.check(address, 'ipv6') && !INNER.check(address, 'ipv6');
};

export class AddressRefusedError extends Error {
  constructor() {
    super('the address is private, link-local or loopback; say allow_private: true where it is meant');
    this.name = 'AddressRefusedError';
  }
}

/** For a connection: what a name resolves to is judged at the moment it is connected to, so that it cannot change after. */
export const createPublicLookup =
  (lookup: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error: Error | null, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = found;
      if (first === undefined || !found.every(({ address }) => isPublicAddress(address))) {
        return callback(new AddressRefusedError(), '', 0);
      }
      return options.all === true ? callback(null, found) : callback(null, first.address, first.family);
    });
  };
