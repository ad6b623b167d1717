import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError, openInput } from './input.ts';

const read = async (bytes: Uint8Array, size: number): Promise<string> => {
  const stdin = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
  };
  const parts: Uint8Array[] = [];
  for await (const chunk of (await openInput('-', { cwd: '/' }, stdin)).chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
};

const TEXT = '{"Records":[]}\n'.repeat(5000);

test.each([
  ['plain', Buffer.from(TEXT), TEXT],
  ['gzip', gzipSync(TEXT), TEXT],
  ['several members of gzip', Buffer.concat([gzipSync('a'), gzipSync('b')]), 'ab'],
  ['nothing', Buffer.alloc(0), ''],
  ['one byte', Buffer.from('1'), '1'],
])('%s is read', async (_name, bytes, expected) => {
  expect(await read(bytes, 100)).toBe(expected);
});

test.each([
  ['cut', gzipSync(TEXT).subarray(0, 60)],
  ['damaged', gzipSync(TEXT).fill(0xff, 20, 40)],
])('gzip that is %s is told without a word of it', async (_name, bytes) => {
  await expect(read(bytes, 100)).rejects.toThrow(new InputError('the input is gzip that is cut or damaged'));
});

test('an error of the source is its own', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield gzipSync(TEXT).subarray(0, 30);
    throw new Error('the disk is gone');
  };
  const { chunks } = await openInput('-', { cwd: '/' }, failing);
  await expect(
    (async () => {
      for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
    })(),
  ).rejects.toThrow('the disk is gone');
});
