import type { IncomingMessage } from 'node:http';
import { type Intake, isBusy, type Lease, type Principal } from '../intake.ts';
import { type Account, createAccount } from './account.ts';
import { createBody } from './body.ts';
import { type Compression, inflate } from './inflate.ts';
import { busyProblem, isProblem, type Problem } from './problem.ts';

export interface BodyLimits {
  /** Bytes on the wire. */
  readonly maxCompressedBytes: number;
  /** Bytes after decompression. */
  readonly maxBytes: number;
  /** Output bytes for each compressed byte, once there is more than 1 MiB of output; 100 if absent. */
  readonly maxRatio?: number;
}

/** What is reserved for a body that does not tell its length. */
const UNKNOWN_LENGTH_BYTES = 16 * 1024;

const tooLarge = (maxBytes: number): Problem => ({
  status: 413,
  code: 'BODY_TOO_LARGE',
  title: 'The body is too large',
  detail: `At most ${maxBytes} bytes are taken.`,
});
const CUT: Problem = { status: 400, code: 'BODY_CUT', title: 'The body ended before its end' };
const ENCODING: Problem = {
  status: 415,
  code: 'BODY_ENCODING',
  title: 'The encoding of the body is not taken',
  detail: 'Content-Encoding is identity, gzip or zstd, one layer only; Transfer-Encoding is chunked only.',
  headers: { 'accept-encoding': 'gzip, zstd, identity' },
};

const wireLimit = (compression: Compression | 'identity', limits: BodyLimits): number =>
  compression === 'identity' ? Math.min(limits.maxBytes, limits.maxCompressedBytes) : limits.maxCompressedBytes;

const lengthOf = (request: IncomingMessage): number | undefined => {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
};

/** The bytes with which a request's lease starts: what it says to send, within the limits. `readBody` counts from there. */
const reservationOf = (request: IncomingMessage, limits: BodyLimits): number =>
  Math.min(lengthOf(request) ?? UNKNOWN_LENGTH_BYTES, limits.maxCompressedBytes);

const compressionOf = (request: IncomingMessage): Compression | 'identity' | Problem => {
  const transfer = request.headers['transfer-encoding'];
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') return ENCODING;
  const coding = request.headers['content-encoding'];
  if (coding === undefined) return 'identity';
  return CODINGS[coding.trim().toLowerCase()] ?? ENCODING;
};
// RFC 9110, 8.4.1.3: x-gzip is gzip.
const CODINGS: Readonly<Record<string, Compression | 'identity'>> = Object.assign(Object.create(null), {
  '': 'identity',
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  zstd: 'zstd',
});

/** What can be refused by the headers alone. */
const headerProblem = (request: IncomingMessage, limits: BodyLimits): Problem | undefined => {
  const compression = compressionOf(request);
  if (isProblem(compression)) return compression;
  const maxBytes = wireLimit(compression, limits);
  return (lengthOf(request) ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
};

/** Opens the lease that `readBody` counts on; a body that the headers already forbid takes no room. `who` is the sender, or its tenant. */
export const reserveFor = (
  request: IncomingMessage,
  intake: Pick<Intake, 'reserve'>,
  who: string | Pick<Principal, 'tenant' | 'name'>,
  limits: BodyLimits,
): Lease | Problem => {
  const problem = headerProblem(request, limits);
  if (problem !== undefined) return problem;
  const bytes = reservationOf(request, limits);
  const lease = typeof who === 'string' ? intake.reserve(who, bytes) : intake.reserve(who.tenant, bytes, who.name);
  return isBusy(lease) ? busyProblem(lease) : lease;
};

/**
 * Reads the whole body within the limits: counts the raw stream, undoes one layer of gzip or zstd, and asks the lease
 * (from `reserveFor`) for room as it goes. Problems: 400 cut or corrupt, 413 too large, 415 encoding, 429 or 503 busy.
 * Leaves the release of the lease to the caller, who may give the memory back too (`releaseBody`). How slowly a body may come is the listener's matter.
 */
export const readBody = async (
  request: IncomingMessage,
  lease: Lease,
  limits: BodyLimits,
): Promise<Buffer | Problem> => {
  const problem = headerProblem(request, limits);
  if (problem !== undefined) return problem;
  const compression = compressionOf(request) as Compression | 'identity';
  const account = createAccount(lease, reservationOf(request, limits));
  const received = await receive(request, wireLimit(compression, limits), account);
  if (isProblem(received) || compression === 'identity') return received;
  return inflate(received, compression, limits, account);
};

const receive = (request: IncomingMessage, maxBytes: number, account: Account): Promise<Buffer | Problem> =>
  new Promise((resolve) => {
    if (request.destroyed) return resolve(CUT);
    const body = createBody(lengthOf(request));
    let total = 0;
    const finish = (result: Buffer | Problem) => {
      request.off('data', onData).off('end', onEnd).off('close', onCut);
      // The rest is read and thrown away, so that the sender gets to see the answer; the listener bounds it.
      if (isProblem(result)) request.resume();
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      total += chunk.length;
      const problem = total > maxBytes ? tooLarge(maxBytes) : account.take(chunk.length);
      if (problem !== undefined) return finish(problem);
      body.add(chunk);
    };
    const onEnd = () => finish(body.end());
    const onCut = () => finish(CUT);
    request.on('data', onData).on('end', onEnd).on('close', onCut).on('error', onCut);
  });
