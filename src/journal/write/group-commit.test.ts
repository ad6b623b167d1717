import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  createManualClock,
  drain,
  errno,
  everything,
  faultyFileSystem,
  frameOf,
  openJournal,
  temporaryDirectory,
} from '../fixtures.ts';

const idsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

test('what is appended at the same time shares an fsync', async () => {
  let syncs = 0;
  const fs = faultyFileSystem((file) => ({
    datasync: async () => {
      syncs++;
      await file.datasync();
    },
  }));
  const journal = await openJournal(await temporaryDirectory(), { fs });
  const cursor = journal.cursor('store', everything);
  await Promise.all(idsOf(200).map((id) => journal.append(frameOf([id]))));
  expect(syncs).toBe(1);
  expect((await drain(cursor)).ids).toEqual(idsOf(200));
  await journal.close();
});

test('an append resolves only when the fsync after its write has come back, and is not read before', async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const fs = faultyFileSystem((file) => ({
    writev: async (...write) => {
      order.push('write');
      return file.writev(...write);
    },
    datasync: async () => {
      order.push('sync');
      await gate.promise;
      await file.datasync();
      order.push('synced');
    },
  }));
  const journal = await openJournal(await temporaryDirectory(), { fs });
  const cursor = journal.cursor('store', everything);
  const appended = journal.append(frameOf([1])).then(() => order.push('resolved'));
  while (!order.includes('sync')) await new Promise(setImmediate);
  expect(await drain(cursor)).toMatchObject({ ids: [] });
  gate.resolve();
  await appended;
  expect(order).toEqual(['write', 'sync', 'synced', 'resolved']);
  expect(await drain(cursor)).toMatchObject({ ids: [1] });
  await journal.close();
});

test('short writes are carried on', async () => {
  const fs = faultyFileSystem((file) => ({
    writev: (parts, position) => file.writev([parts[0]!.subarray(0, 7)], position),
  }));
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory, { fs });
  for (const id of idsOf(5)) await journal.append(frameOf([id]));
  await journal.close();
  const again = await openJournal(directory);
  expect((await drain(again.cursor('store', everything))).ids).toEqual(idsOf(5));
  await again.close();
});

test('a new segment acknowledges nothing before its name is durable too', async () => {
  const order: string[] = [];
  const fs = faultyFileSystem(
    (file) => ({
      datasync: async () => {
        await file.datasync();
        order.push('file');
      },
    }),
    { syncDirectory: async () => void order.push('directory') },
  );
  const journal = await openJournal(await temporaryDirectory(), { fs });
  await journal.append(frameOf([1]));
  order.push('resolved');
  await journal.append(frameOf([2]));
  expect(order).toEqual(['file', 'directory', 'resolved', 'file']);
  await journal.close();
});

/** Fails at the `n`-th call of `name` over all files, and half-writes where it fails. */
const failingAt = (name: 'datasync' | 'writev', n: number, code: string) => {
  let calls = 0;
  const synced: string[] = [];
  const failed: string[] = [];
  let files = 0;
  const fs = faultyFileSystem((file) => {
    const id = `file ${++files}`;
    const fail = (call: string): void => {
      if (call !== name || ++calls !== n) return;
      failed.push(id);
      throw errno(code);
    };
    return {
      writev: async (parts, position) => {
        try {
          fail('writev');
        } catch (error) {
          await file.writev([parts[0]!.subarray(0, 9)], position);
          throw error;
        }
        return file.writev(parts, position);
      },
      datasync: async () => {
        synced.push(id);
        fail('datasync');
        await file.datasync();
      },
    };
  });
  return { fs, synced, failed };
};

test.each([
  ['datasync', 2],
  ['writev', 2],
  ['datasync', 1],
  ['writev', 1],
] as const)(
  'after an I/O error in %s (call %i) the file is left alone and its events go to a new one',
  async (name, n) => {
    const directory = await temporaryDirectory();
    const { fs, synced, failed } = failingAt(name, n, 'EIO');
    const journal = await openJournal(directory, { fs });
    const cursor = journal.cursor('store', everything);
    for (const id of idsOf(4)) await journal.append(frameOf([id]));
    expect(failed).toHaveLength(1);
    expect(synced.lastIndexOf(failed[0]!)).toBeLessThanOrEqual(synced.indexOf('file 2'));
    expect((await drain(cursor)).ids).toEqual(idsOf(4));
    await journal.close();

    const damage: unknown[] = [];
    const again = await openJournal(directory, { onDamage: ({ kind }) => damage.push(kind) });
    expect((await drain(again.cursor('other', everything))).ids).toEqual(idsOf(4));
    expect(damage).toEqual(name === 'writev' && n === 2 ? ['torn'] : []);
    await again.close();
  },
);

test('events that a second file refuses as well are refused, and the journal goes on', async () => {
  let isBroken = true;
  const fs = faultyFileSystem((file) => ({
    datasync: async () => {
      if (isBroken) throw errno('EIO');
      await file.datasync();
    },
  }));
  const journal = await openJournal(await temporaryDirectory(), { fs });
  const cursor = journal.cursor('store', everything);
  await expect(journal.append(frameOf([1]))).rejects.toMatchObject({ reason: 'poisoned' });
  isBroken = false;
  await journal.append(frameOf([2]));
  expect(await drain(cursor)).toMatchObject({ ids: [2] });
  await journal.close();
});

test('a full disk refuses, loses nothing that was acknowledged, and takes events again when there is room', async () => {
  const directory = await temporaryDirectory();
  const clock = createManualClock();
  let isFull = false;
  const fs = faultyFileSystem((file) => ({
    writev: async (parts, position) => {
      if (!isFull) return file.writev(parts, position);
      if (position > 0 && parts[0]!.length > 3) return file.writev([parts[0]!.subarray(0, 3)], position);
      throw errno('ENOSPC');
    },
  }));
  const journal = await openJournal(directory, { fs, clock });
  const cursor = journal.cursor('store', everything);
  await journal.append(frameOf([1]));
  isFull = true;
  await expect(journal.append(frameOf([2]))).rejects.toMatchObject({ reason: 'disk_full' });
  await expect(journal.append(frameOf([3]))).rejects.toMatchObject({ reason: 'disk_full' });
  expect(journal.hasRoom()).toBe(false);
  expect(await drain(cursor)).toMatchObject({ ids: [1] });
  isFull = false;
  await journal.append(frameOf([4]));
  clock.advance(1000);
  expect(journal.hasRoom()).toBe(true);
  expect(await drain(cursor)).toMatchObject({ ids: [4] });
  await journal.close();

  const again = await openJournal(directory);
  expect((await drain(again.cursor('other', everything))).ids).toEqual([1, 4]);
  await again.close();
});

test('on a full disk, delivered segments are deleted although their acknowledgements cannot be written', async () => {
  const directory = await temporaryDirectory();
  let isFull = false;
  const fs = faultyFileSystem((file) => ({
    writev: async (parts, position) => {
      if (isFull) throw errno('ENOSPC');
      return file.writev(parts, position);
    },
  }));
  const clock = createManualClock();
  const journal = await openJournal(directory, { fs, clock, segmentBytes: 2000 });
  const cursor = journal.cursor('store', everything);
  for (const id of idsOf(40)) await journal.append(frameOf([id], { lineBytes: 400 }));
  const segments = async (): Promise<number> =>
    (await readdir(directory)).filter((name) => name.endsWith('.seg')).length;
  const before = await segments();
  isFull = true;
  const { sequences } = await drain(cursor);
  cursor.acknowledge(sequences);
  await expect(journal.append(frameOf([41]))).rejects.toMatchObject({ reason: 'disk_full' });
  expect(before).toBeGreaterThan(5);
  while ((await segments()) > 1) await new Promise(setImmediate);
  await journal.close();
});

test('acknowledgements are written within a second when there is no other traffic', async () => {
  const directory = await temporaryDirectory();
  const clock = createManualClock();
  let syncs = 0;
  const fs = faultyFileSystem((file) => ({
    datasync: async () => {
      await file.datasync();
      syncs++;
    },
  }));
  const journal = await openJournal(directory, { fs, clock });
  const cursor = journal.cursor('store', everything);
  await journal.append(frameOf([1]));
  cursor.acknowledge((await drain(cursor)).sequences);
  expect(syncs).toBe(1);
  clock.advance(1000);
  while (syncs < 2) await new Promise(setImmediate);
  const bytes = journal.bytes();
  clock.advance(5000);
  await new Promise(setImmediate);
  expect(journal.bytes()).toBe(bytes);
  await journal.close();
});

test('a closing journal takes nothing more, and what it has taken is durable', async () => {
  const directory = await temporaryDirectory();
  const journal = await openJournal(directory);
  const waiting = [1, 2, 3].map((id) => journal.append(frameOf([id])));
  const closed = journal.close();
  await expect(journal.append(frameOf([4]))).rejects.toMatchObject({ reason: 'closing' });
  await Promise.all([...waiting, closed]);
  const again = await openJournal(directory);
  expect((await drain(again.cursor('store', everything))).ids).toEqual([1, 2, 3]);
  await again.close();
});

test('a batch that is too large is refused by itself', async () => {
  const journal = await openJournal(await temporaryDirectory());
  const frame = { ...frameOf([1]), lines: Buffer.alloc(64 * 1024 * 1024) };
  await expect(journal.append(frame)).rejects.toMatchObject({ reason: 'too_large' });
  await journal.append(frameOf([2]));
  await journal.close();
});
