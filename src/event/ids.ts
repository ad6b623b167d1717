// The three ways to an event id (EVENTS.md 2.1): minted, from the sender's own name for the event, from a request's digest.
import { hash, randomBytes } from 'node:crypto';
import type { Instant } from './time.ts';

const POOL_BYTES = 8192;
/** Hex digits of randomness in one UUIDv7 besides its counter: the variant's two bits are taken from the first. */
const TAIL_DIGITS = 16;
const COUNTER_LIMIT = 0x1000;
/** A clock that stepped back further than this is followed; until then ids keep their order. */
const LARGEST_STEP_BACK_MS = 60_000;

/** A generator with a counter of its own: ids ascend as text, also within one millisecond. */
export const createUuidv7 = (random: (bytes: number) => Buffer = randomBytes): ((now: Instant) => string) => {
  let pool = '';
  let taken = 0;
  let lastMs = -1;
  let prefix = '';
  let counter = 0;

  const digits = (count: number): string => {
    if (taken + count > pool.length) {
      pool = random(POOL_BYTES).toString('hex');
      taken = 0;
    }
    taken += count;
    return pool.slice(taken - count, taken);
  };
  const startAt = (ms: number): void => {
    lastMs = ms;
    // Half of the counter's room is left for the ids that follow within the millisecond.
    counter = Number.parseInt(digits(3), 16) >> 1;
    const hex = ms.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  };

  return ({ seconds, nanos }) => {
    const ms = seconds * 1000 + Math.floor(nanos / 1e6);
    if (ms > lastMs || ms < lastMs - LARGEST_STEP_BACK_MS) startAt(ms);
    else if (++counter === COUNTER_LIMIT) startAt(lastMs + 1);
    const tail = digits(TAIL_DIGITS);
    return `${prefix}${HEX_12_BITS[counter]}-${variantDigit(tail, 0)}${tail.slice(1, 4)}-${tail.slice(4)}`;
  };
};

const HEX_12_BITS: readonly string[] = Array.from({ length: COUNTER_LIMIT }, (_, value) =>
  value.toString(16).padStart(3, '0'),
);

/** The hex digit at `position` with the two bits of the RFC 9562 variant set. */
const variantDigit = (hex: string, position: number): string =>
  '89ab'.charAt(Number.parseInt(hex.charAt(position), 16) & 3);

/** A new id, minted once at the edge. Ascending within the process. */
export const uuidv7: (now: Instant) => string = createUuidv7();

/** The same UUIDv8 for the same parts on every machine, forever: SHA-256 over the parts, each behind its length. */
export const nameBasedId = (...parts: readonly string[]): string => {
  let text = '';
  for (const part of parts) {
    const prefix = LENGTHS[Buffer.byteLength(part)];
    if (prefix === undefined) return asUuidv8(hash('sha256', lengthPrefixed(parts)));
    text += prefix + part;
  }
  return asUuidv8(hash('sha256', text));
};

/** A length below 128 is itself text, four bytes of UTF-8: short parts are hashed as one string, without buffers. */
const LENGTHS: readonly string[] = Array.from({ length: 128 }, (_, size) => `\0\0\0${String.fromCharCode(size)}`);

const PREFIX_BYTES = 4;
const lengthPrefixed = (parts: readonly string[]): Buffer => {
  const sizes = parts.map((part) => Buffer.byteLength(part));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + PREFIX_BYTES + size, 0));
  let offset = 0;
  for (const [i, part] of parts.entries()) {
    offset = bytes.writeUInt32BE(sizes[i]!, offset);
    offset += bytes.write(part, offset);
  }
  return bytes;
};

/** Where the 32 digits of an id stand in its text. */
const DIGITS_AT = Uint8Array.from(
  { length: 32 },
  (_, i) => i + Number(i > 7) + Number(i > 11) + Number(i > 15) + Number(i > 19),
);
const VERSION_AT = 14;
const VARIANT_AT = 19;
const EIGHT = 0x38;

// Ids are written here and read as one string: put together of parts they would be trees, flattened when serialised.
const uuidText = Buffer.alloc(36, '-');

const asUuidv8 = (hex: string): string => {
  for (let i = 0; i < 32; i++) uuidText[DIGITS_AT[i]!] = hex.charCodeAt(i);
  uuidText[VERSION_AT] = EIGHT;
  uuidText[VARIANT_AT] = variantDigit(hex, 16).charCodeAt(0);
  return uuidText.toString('latin1');
};

const DIGEST_BYTES = 12;
const MAX_POSITION = 0xffff_ffff;

/**
 * The id of the record at `position` of the request with this digest: a byte-identical retry gets the same ids.
 * The position fills the last 32 bits, which carry neither version nor variant, so positions never collide.
 */
export const derivedId = (digest: Uint8Array, position: number): string => {
  if (digest.length < DIGEST_BYTES)
    throw new RangeError(`derivedId: a digest of at least ${DIGEST_BYTES} bytes is needed`);
  if (!Number.isInteger(position) || position < 0 || position > MAX_POSITION)
    throw new RangeError('derivedId: the position must be an unsigned 32-bit integer');
  writePrefix(digest);
  for (let i = 0, left = position; i < 8; i++, left >>>= 4) derivedText[35 - i] = HEX_DIGITS.charCodeAt(left & 0xf);
  return derivedText.toString('latin1');
};

const HEX_DIGITS = '0123456789abcdef';
const cachedDigest = new Uint8Array(DIGEST_BYTES);
const derivedText = Buffer.from(asUuidv8('0'.repeat(32)));

/** The text before the position: the same for all records of a request, so it is written once for them. */
const writePrefix = (digest: Uint8Array): void => {
  let i = 0;
  while (i < DIGEST_BYTES && digest[i] === cachedDigest[i]) i++;
  if (i === DIGEST_BYTES) return;
  cachedDigest.set(digest.subarray(0, DIGEST_BYTES));
  derivedText.write(asUuidv8(Buffer.from(cachedDigest).toString('hex').padEnd(32, '0')), 'latin1');
};
