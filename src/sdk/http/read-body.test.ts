import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Busy, Lease } from '../intake.ts';
import { isProblem } from './problem.ts';
import { readBody, reserveFor } from './read-body.ts';

const MiB = 1024 ** 2;
const LIMITS = { maxCompressedBytes: 4 * MiB, maxBytes: 64 * MiB };

/** A request whose body comes in these chunks; `cut` ends it before its end. */
const requestOf = (headers: Record<string, string>, chunks: readonly Buffer[], cut = false): IncomingMessage => {
  async function* body() {
    for (const chunk of chunks) yield chunk;
    if (cut) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  return Object.assign(Readable.from(body(), { objectMode: false }), { headers }) as unknown as IncomingMessage;
};

/** Counts what is held, and refuses beyond `limit`. */
const createRoom = (limit = Number.POSITIVE_INFINITY) => {
  const room = { held: 0 };
  const take = (bytes: number): Busy | undefined => {
    if (room.held + bytes > limit) return { busy: 'memory', afterMs: 1500 };
    room.held += bytes;
    return undefined;
  };
  const lease: Lease = { tenant: 't', grow: take, emit: () => Promise.resolve([]), release: () => {} };
  return { room, reserve: (_tenant: string, bytes: number): Lease | Busy => take(bytes) ?? lease };
};

const read = async (request: IncomingMessage, limits = LIMITS, { room, reserve } = createRoom()) => {
  const lease = reserveFor(request, { reserve }, 't', limits);
  const result = isProblem(lease) ? lease : await readBody(request, lease, limits);
  return { result, held: room.held };
};

const sized = (body: Buffer) => ({ 'content-length': String(body.length) });
const bytes = Buffer.from(JSON.stringify({ text: 'héllo '.repeat(50) }));
const noise = (outputLength: number) => createHash('shake256', { outputLength }).update('noise').digest();

describe('what is read', () => {
  test.each([
    ['identity', {}, bytes],
    ['identity by name', { 'content-encoding': 'Identity' }, bytes],
    ['gzip', { 'content-encoding': 'gzip' }, gzipSync(bytes)],
    ['x-gzip', { 'content-encoding': ' X-GZIP ' }, gzipSync(bytes)],
    [
      'gzip in two members',
      { 'content-encoding': 'gzip' },
      Buffer.concat([bytes.subarray(0, 9), bytes.subarray(9)].map((part) => gzipSync(part))),
    ],
    ['zstd', { 'content-encoding': 'zstd' }, zstdCompressSync(bytes)],
    [
      'zstd with a checksum',
      { 'content-encoding': 'zstd' },
      zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    ],
  ])('%s, with and without a length, whole and in chunks', async (_name, headers, body) => {
    for (const length of [{}, sized(body), { 'transfer-encoding': 'chunked' }]) {
      for (const chunks of [[body], [body.subarray(0, 5), body.subarray(5, 20), body.subarray(20)]]) {
        const { result } = await read(requestOf({ ...headers, ...length }, chunks));
        expect(result).toEqual(bytes);
      }
    }
  });

  test('nothing', async () => expect((await read(requestOf({}, []))).result).toEqual(Buffer.alloc(0)));

  test('bodies beyond what is inflated at once', async () => {
    const large = Buffer.concat([noise(300_000), Buffer.alloc(900_000, 'ab')]);
    for (const [encoding, body] of [
      ['gzip', gzipSync(large)],
      ['zstd', zstdCompressSync(large)],
    ] as const) {
      const { result, held } = await read(requestOf({ 'content-encoding': encoding, ...sized(body) }, [body]));
      expect((result as Buffer).equals(large)).toBe(true);
      expect(held).toBe(body.length + large.length);
    }
  });
});

describe('room', () => {
  test('what the length tells is reserved, and no more is asked for', async () => {
    const { held } = await read(requestOf(sized(bytes), [bytes]));
    expect(held).toBe(bytes.length);
  });

  test('a body without a length asks for more as it comes', async () => {
    const chunks = Array.from({ length: 10 }, () => noise(16 * 1024));
    const { held } = await read(requestOf({}, chunks));
    expect(held).toBe(160 * 1024);
  });

  test.each([
    ['before it is read', sized(noise(5000)), [noise(5000)], 4000],
    ['while it is read', {}, [noise(20_000), noise(20_000)], 30_000],
    ['once inflated', { 'content-encoding': 'gzip' }, [gzipSync(Buffer.alloc(100_000))], 50_000],
    ['while inflating', { 'content-encoding': 'zstd' }, [zstdCompressSync(Buffer.alloc(900_000))], 300_000],
  ])('no room %s: busy, with the time to come back', async (_name, headers, chunks, limit) => {
    const { result } = await read(requestOf(headers, chunks), LIMITS, createRoom(limit));
    expect(result).toMatchObject({ status: 503, code: 'INTAKE_BUSY', retryAfterMs: 1500 });
  });

  test.each(['gzip', 'zstd'] as const)('a bomb of 64 MiB in %s is stopped early', async (encoding) => {
    const plain = Buffer.alloc(64 * MiB);
    const body = encoding === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
    const headers = { 'content-encoding': encoding, ...sized(body) };
    const native = await read(requestOf(headers, [body]), { maxCompressedBytes: 5 * MiB, maxBytes: 5 * MiB });
    expect(native.result).toMatchObject({ status: 413 });
    expect(native.held).toBeLessThan(7 * MiB);
    const otlp = await read(requestOf(headers, [body]), { ...LIMITS, maxBytes: 128 * MiB });
    expect(otlp.result).toMatchObject({ status: 413, code: 'BODY_RATIO' });
    expect(otlp.held).toBeLessThan(8 * MiB);
  });
});

describe('what is refused', () => {
  const gzipped = gzipSync(bytes);
  const zstd = zstdCompressSync(bytes);
  const large = zstdCompressSync(noise(200_000));
  const window = zstdCompressSync(Buffer.alloc(20 * MiB, 'ab'), { params: { [constants.ZSTD_c_windowLog]: 24 } });
  test.each([
    ['an encoding that is not taken', { 'content-encoding': 'br' }, bytes, 415, 'BODY_ENCODING'],
    ['two layers', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipped), 415, 'BODY_ENCODING'],
    ['a key of Object', { 'content-encoding': 'constructor' }, bytes, 415, 'BODY_ENCODING'],
    ['a transfer coding', { 'transfer-encoding': 'gzip, chunked' }, gzipped, 415, 'BODY_ENCODING'],
    ['gzip cut', { 'content-encoding': 'gzip' }, gzipped.subarray(0, -1), 400, 'BODY_CORRUPT'],
    ['gzip damaged', { 'content-encoding': 'gzip' }, Buffer.from(gzipped).fill(0x55, 12, 20), 400, 'BODY_CORRUPT'],
    ['gzip and more', { 'content-encoding': 'gzip' }, Buffer.concat([gzipped, Buffer.from('{}')]), 400, 'BODY_CORRUPT'],
    ['no gzip', { 'content-encoding': 'gzip' }, bytes, 400, 'BODY_CORRUPT'],
    ['an empty gzip', { 'content-encoding': 'gzip' }, Buffer.alloc(0), 400, 'BODY_CORRUPT'],
    ['large gzip cut', { 'content-encoding': 'gzip' }, gzipSync(noise(200_000)).subarray(0, -1), 400, 'BODY_CORRUPT'],
    ['zstd cut', { 'content-encoding': 'zstd' }, zstd.subarray(0, -1), 400, 'BODY_CORRUPT'],
    ['zstd of two frames', { 'content-encoding': 'zstd' }, Buffer.concat([zstd, zstd]), 400, 'BODY_CORRUPT'],
    ['large zstd cut', { 'content-encoding': 'zstd' }, large.subarray(0, -1), 400, 'BODY_CORRUPT'],
    ['large zstd damaged', { 'content-encoding': 'zstd' }, Buffer.from(large).fill(0xff, 9, 40), 400, 'BODY_CORRUPT'],
    ['zstd with a window of 16 MiB', { 'content-encoding': 'zstd' }, window, 400, 'BODY_CORRUPT'],
    ['zstd by gzip’s name', { 'content-encoding': 'gzip' }, zstd, 400, 'BODY_CORRUPT'],
  ])('%s', async (_name, headers, body, status, code) => {
    const { result } = await read(requestOf(headers, [body]));
    expect(result).toMatchObject({ status, code });
  });

  const small = { maxCompressedBytes: 1000, maxBytes: 2000 };
  test.each([
    ['by its length', sized(noise(1001)), [noise(1001)]],
    ['by its bytes', {}, [noise(600), noise(401)]],
    ['compressed, by its length', { 'content-encoding': 'gzip', 'content-length': '1001' }, []],
    ['after inflating', { 'content-encoding': 'gzip' }, [gzipSync(Buffer.alloc(2001))]],
  ])('too large %s', async (_name, headers, chunks) => {
    const { result } = await read(requestOf(headers, chunks), small);
    expect(result).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('too large while inflating', async () => {
    const body = gzipSync(Buffer.concat([noise(100_000), Buffer.alloc(300_000)]));
    const limits = { maxCompressedBytes: MiB, maxBytes: 399_999 };
    const { result, held } = await read(requestOf({ 'content-encoding': 'gzip' }, [body]), limits);
    expect(result).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    expect(held).toBeLessThan(body.length + 400_000);
  });

  test('as large as allowed is taken', async () => {
    expect((await read(requestOf({}, [noise(600), noise(400)]), small)).result).toHaveLength(1000);
    const body = gzipSync(Buffer.alloc(2000));
    expect((await read(requestOf({ 'content-encoding': 'gzip' }, [body]), small)).result).toHaveLength(2000);
  });

  test('a body that never ends', async () => {
    expect((await read(requestOf({}, [bytes], true))).result).toMatchObject({ status: 400, code: 'BODY_CUT' });
    const gone = requestOf({}, [bytes]);
    gone.destroy();
    expect((await read(gone)).result).toMatchObject({ status: 400, code: 'BODY_CUT' });
  });
});

test('two zstd frames are never taken for the first alone', async () => {
  for (const first of [10, 8192, 65_536, 131_072, 200_000]) {
    for (const second of [0, 10, 300_000]) {
      const plain = [noise(first), noise(second)];
      const body = Buffer.concat(plain.map((part) => zstdCompressSync(part)));
      const { result } = await read(requestOf({ 'content-encoding': 'zstd' }, [body]));
      const whole = Buffer.isBuffer(result) && result.equals(Buffer.concat(plain));
      expect(whole || (isProblem(result) && result.code === 'BODY_CORRUPT')).toBe(true);
    }
  }
});

test('whatever bytes claim to be compressed: the plain bytes or a problem', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('gzip', 'zstd'),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(40),
      fc.option(fc.nat(255)),
      async (encoding, data, position, damage) => {
        const plain = Buffer.from(data);
        const body = encoding === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
        if (damage !== null) body[position % body.length] = damage;
        const { result } = await read(requestOf({ 'content-encoding': encoding }, [body]));
        if (damage === null) expect((result as Buffer).equals(plain)).toBe(true);
        else expect(Buffer.isBuffer(result) || (isProblem(result) && result.status < 500)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  ));
