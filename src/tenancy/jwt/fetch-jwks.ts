// The keys of an issuer over HTTP: one request, no redirect, bounded in time and size.
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRefusedError, createPublicLookup, isPublicAddress } from './address.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 1024 * 1024;

export interface JwksLocation {
  readonly url: string;
  /** Connects to private addresses too. */
  readonly allowPrivate: boolean;
  /** For tests: how names are resolved. */
  readonly lookup?: LookupFunction;
}

/** The body's text. Rejects with what kept it from coming; the message names no content. */
export const fetchJwks = (location: JwksLocation): Promise<string> =>
  new Promise((resolve, reject) => {
    const url = new URL(location.url);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is connected to without a lookup.
    if (!location.allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return reject(new AddressRefusedError());
    const lookup = location.lookup ?? (location.allowPrivate ? undefined : createPublicLookup());
    const get = url.protocol === 'https:' ? httpsGet : httpGet;
    const request = get(
      url,
      {
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { accept: 'application/json' },
        ...(lookup !== undefined && { lookup }),
      },
      (response) => void read(response).then(resolve, reject),
    );
    request.on('error', reject);
  });

const read = async (response: IncomingMessage): Promise<string> => {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`the answer has status ${response.statusCode}; redirects are not followed`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
