import { appendFile, copyFile, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Damage } from './damage.ts';
import { drain, errno, everything, faultyFileSystem, frameOf, openJournal, temporaryDirectory } from '../fixtures.ts';
import { SEGMENT_HEADER_BYTES } from '../format/segment-header.ts';

const segmentsOf = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.seg')).toSorted();

/** A journal of one segment with the events 1 to `count`, and where each frame ends. */
const written = async (count: number) => {
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory);
  journal.cursor('store', everything);
  const ends: number[] = [];
  for (let id = 1; id <= count; id++) {
    await journal.append(frameOf([id]));
    ends.push(journal.bytes());
  }
  await journal.close();
  const [name] = await segmentsOf(directory);
  const bytes = (await readFile(join(directory, name!))).subarray(0, ends.at(-1));
  await rm(directory, { recursive: true });
  return { name: name!, bytes, ends };
};

/** Every byte of the frames, and some of the header, whose copies back each other. */
const positionsIn = (length: number): number[] =>
  Array.from({ length }, (_, at) => at).filter((at) => at >= SEGMENT_HEADER_BYTES - 1 || at % 37 === 0);

const directoryWith = async (name: string, bytes: Uint8Array): Promise<string> => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, name), bytes);
  return directory;
};

test('cut at every byte, the journal opens with exactly the frames before the cut, and goes on', async () => {
  const { name, bytes, ends } = await written(3);
  for (const length of positionsIn(bytes.length + 1)) {
    const directory = await directoryWith(name, bytes.subarray(0, length));
    const damage: Damage[] = [];
    const journal = await openJournal(directory, { onDamage: (found) => damage.push(found) });
    const kept = [1, 2, 3].filter((id) => ends[id - 1]! <= length);
    await journal.append(frameOf([9]));
    const cursor = journal.cursor('reader', everything);
    const { ids, sequences } = await drain(cursor);
    expect(ids).toEqual([...kept, 9]);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(damage.length).toBeLessThanOrEqual(1);
    await journal.close();

    damage.length = 0;
    const again = await openJournal(directory, { onDamage: (found) => damage.push(found) });
    expect((await drain(again.cursor('second', everything))).ids).toEqual([...kept, 9]);
    expect(damage).toEqual([]);
    await again.close();
    await rm(directory, { recursive: true });
  }
});

test('every flipped byte of a segment costs one frame at most, is reported, and blocks nothing', async () => {
  const { name, bytes } = await written(3);
  for (const at of positionsIn(bytes.length)) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 0x10;
    const directory = await directoryWith(name, changed);
    const damage: Damage[] = [];
    const journal = await openJournal(directory, { onDamage: (found) => damage.push(found) });
    const { ids } = await drain(journal.cursor('reader', everything));
    if (at < SEGMENT_HEADER_BYTES) expect(ids).toEqual([1, 2, 3]);
    else expect({ at, damage: damage.length }).toEqual({ at, damage: 1 });
    expect(ids.length).toBeGreaterThanOrEqual(2);
    await journal.close();
    await rm(directory, { recursive: true });
  }
});

test('a torn end is kept aside, byte for byte, for its owner only', async () => {
  const { name, bytes } = await written(2);
  const tail = Buffer.from('half a frame, perhaps');
  const directory = await directoryWith(name, Buffer.concat([bytes, tail]));
  const damage: Damage[] = [];
  const journal = await openJournal(directory, { onDamage: (found) => damage.push(found) });
  await journal.close();
  const file = join(directory, name);
  expect(damage).toEqual([{ kind: 'torn', file, from: bytes.length, to: bytes.length + tail.length }]);
  expect(await readFile(`${file}.torn-1`)).toEqual(tail);
  expect((await stat(`${file}.torn-1`)).mode & 0o777).toBe(0o600);
  expect((await stat(file)).size).toBe(bytes.length);
});

test('a torn end that cannot be kept aside stays, and the journal opens all the same', async () => {
  const { name, bytes } = await written(2);
  const directory = await directoryWith(name, Buffer.concat([bytes, Buffer.from('tail')]));
  const fs = faultyFileSystem(() => ({}), {
    create: async () => {
      throw errno('ENOSPC');
    },
  });
  const journal = await openJournal(directory, { fs });
  expect((await drain(journal.cursor('reader', everything))).ids).toEqual([1, 2]);
  expect((await stat(join(directory, name))).size).toBe(bytes.length + 4);
  await journal.close();
});

test('a segment of which nothing can be read is put aside, and the others are kept', async () => {
  const { name, bytes } = await written(2);
  const directory = await directoryWith(name, bytes);
  await writeFile(join(directory, '00000000000000ff.seg'), Buffer.alloc(5000));
  const damage: Damage[] = [];
  const journal = await openJournal(directory, { onDamage: (found) => damage.push(found) });
  expect((await drain(journal.cursor('reader', everything))).ids).toEqual([1, 2]);
  expect(damage).toMatchObject([{ kind: 'unreadable', to: 5000 }]);
  expect(await readdir(directory)).toContain('00000000000000ff.seg.torn-1');
  await journal.close();
});

test('a segment under a wrong name and a copy of one do no harm', async () => {
  const { name, bytes } = await written(2);
  const directory = await directoryWith(name, bytes);
  await rename(join(directory, name), join(directory, '0000000000000777.seg'));
  await copyFile(join(directory, '0000000000000777.seg'), join(directory, '0000000000000778.seg'));
  const journal = await openJournal(directory);
  expect((await drain(journal.cursor('reader', everything))).ids).toEqual([1, 2]);
  await journal.append(frameOf([3]));
  await journal.close();
  const again = await openJournal(directory);
  expect((await drain(again.cursor('other', everything))).ids).toEqual([1, 2, 3]);
  await again.close();
});

test('a newer format is refused, and nothing is touched', async () => {
  const { name, bytes } = await written(1);
  const newer = Buffer.from(bytes);
  const { crc32c } = await import('@node-rs/crc32');
  newer.writeUInt16LE(7, 8);
  newer.writeUInt32LE(crc32c(newer.subarray(0, 40)), 40);
  const directory = await directoryWith(name, Buffer.concat([newer, Buffer.from('tail')]));
  await expect(openJournal(directory)).rejects.toMatchObject({
    code: 'JOURNAL_VERSION_UNSUPPORTED',
    message: expect.stringContaining('has format 7'),
  });
  expect(await readFile(join(directory, name))).toEqual(Buffer.concat([newer, Buffer.from('tail')]));
  await truncate(join(directory, name), 0);
  const journal = await openJournal(directory);
  await journal.close();
});

test('when the places are lost to damage, an exporter starts at the earliest frame, not behind its backlog', async () => {
  const { name, bytes } = await written(3);
  const changed = Buffer.from(bytes);
  changed[SEGMENT_HEADER_BYTES + 30]! ^= 0xff;
  const directory = await directoryWith(name, changed);
  const journal = await openJournal(directory);
  const cursor = journal.cursor('unknown', { ...everything, from: 'end' });
  expect((await drain(cursor)).ids).toEqual([1, 2, 3]);
  await journal.close();
});

test('sequences go on above a place, even when the frames that it speaks of are gone', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  const cursor = first.cursor('store', everything);
  for (const id of [1, 2, 3]) await first.append(frameOf([id]));
  const { sequences } = await drain(cursor);
  cursor.acknowledge(sequences);
  await first.append(frameOf([4]));
  await first.close();
  const [name] = await segmentsOf(directory);
  const second = await openJournal(directory);
  await second.append(frameOf([5]));
  await second.close();
  await rm(join(directory, name!));

  const third = await openJournal(directory);
  await third.append(frameOf([6]));
  const last = await drain(third.cursor('store', everything));
  expect(last.ids).toEqual([5, 6]);
  expect(Math.min(...last.sequences)).toBeGreaterThan(Math.max(...sequences));
  await third.close();
});

test('old torn ends do not pile up', async () => {
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory);
  await journal.append(frameOf([1]));
  await journal.close();
  const [name] = await segmentsOf(directory);
  for (let i = 1; i <= 20; i++) await writeFile(join(directory, `${name}.torn-${i}`), 'x');
  await appendFile(join(directory, name!), 'torn');
  await (await openJournal(directory)).close();
  const asides = (await readdir(directory)).filter((file) => file.includes('.torn-'));
  expect(asides).toHaveLength(16);
  expect(asides).toContain(`${name}.torn-21`);
});

test('damage in the middle does not keep delivered segments from being deleted', async () => {
  const { name, bytes, ends } = await written(3);
  const changed = Buffer.from(bytes);
  changed[ends[0]! + 100]! ^= 1;
  const directory = await directoryWith(name, changed);
  const journal = await openJournal(directory);
  const cursor = journal.cursor('store', everything);
  await journal.append(frameOf([4]));
  const { ids, sequences } = await drain(cursor);
  expect(ids).toEqual([1, 3, 4]);
  cursor.acknowledge(sequences);
  await journal.append(frameOf([5]));
  while ((await segmentsOf(directory)).includes(name)) await new Promise(setImmediate);
  expect(cursor.pendingFrames()).toBe(1);
  await journal.close();
});
