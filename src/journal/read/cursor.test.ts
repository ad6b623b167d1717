import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  createManualClock,
  drain,
  errno,
  everything,
  faultyFileSystem,
  frameOf,
  numberOf,
  openJournal,
  receivedMsOf,
  temporaryDirectory,
} from '../fixtures.ts';
import { nodeFileSystem } from '../file-system.ts';
import type { StoredFrame } from '../journal.ts';

const never = new AbortController().signal;
const idsOf = (frames: readonly StoredFrame[]): number[] =>
  frames.flatMap(({ index }) => index.map(({ eventId }) => numberOf(eventId)));
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const countSegments = async (directory: string): Promise<number> =>
  (await readdir(directory)).filter((name) => name.endsWith('.seg')).length;

test('a read waits for the next commit, and for nothing else', async () => {
  const journal = await openJournal(await temporaryDirectory());
  const cursor = journal.cursor('store', everything);
  const read = cursor.read(1000, never);
  await journal.append(frameOf([1]));
  expect(idsOf(await read)).toEqual([1]);
  const next = cursor.read(1000, never);
  await journal.append(frameOf([2]));
  expect(idsOf(await next)).toEqual([2]);
  await journal.close();
});

test.each([['aborts'], ['closes']])(
  'a read that waits comes back empty when its signal or the journal %s',
  async (how) => {
    const journal = await openJournal(await temporaryDirectory());
    const abort = new AbortController();
    const read = journal.cursor('store', everything).read(1000, abort.signal);
    await turn();
    if (how === 'aborts') abort.abort();
    else await journal.close();
    expect(await read).toEqual([]);
    await journal.close();
  },
);

test('a new exporter starts at the end or at the earliest frame, as it says', async () => {
  const journal = await openJournal(await temporaryDirectory());
  journal.cursor('first', everything);
  await journal.append(frameOf([1]));
  const end = journal.cursor('end', { ...everything, from: 'end' });
  const earliest = journal.cursor('earliest', everything);
  await journal.append(frameOf([2]));
  expect([end.pendingFrames(), earliest.pendingFrames()]).toEqual([1, 2]);
  expect((await drain(end)).ids).toEqual([2]);
  expect((await drain(earliest)).ids).toEqual([1, 2]);
  await journal.close();
});

test('the end stays where it was when the process dies before anything is delivered', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  first.cursor('store', { ...everything, from: 'end' });
  await first.append(frameOf([1]));
  await first.close();
  const second = await openJournal(directory);
  expect((await drain(second.cursor('store', { ...everything, from: 'end' }))).ids).toEqual([1]);
  await second.close();
});

test('frames of other pipelines are stepped over without waking the reader, and count as acknowledged', async () => {
  const directory = await temporaryDirectory();
  let reads = 0;
  const fs = faultyFileSystem(() => ({}), {
    openToRead: async (path) => {
      const file = await nodeFileSystem.openToRead(path);
      return { ...file, read: (...read) => (reads++, file.read(...read)) };
    },
  });
  const journal = await openJournal(directory, { fs });
  const cursor = journal.cursor('store', everything);
  await journal.append(frameOf([1]));
  cursor.acknowledge((await cursor.read(1000, never)).map(({ sequence }) => sequence));
  const read = cursor.read(1000, never);
  await turn();
  const before = reads;
  for (const id of numbers(2, 20)) await journal.append(frameOf([id], { pipeline: 'other' }));
  expect(reads).toBe(before);
  expect(cursor.pendingFrames()).toBe(0);
  await journal.append(frameOf([21]));
  expect(idsOf(await read)).toEqual([21]);
  await journal.close();
});

test('a segment is deleted when every exporter is past it, not before, and not the last one', async () => {
  const directory = await temporaryDirectory();
  const clock = createManualClock();
  const journal = await openJournal(directory, { segmentBytes: 3000, clock });
  const fast = journal.cursor('fast', everything);
  const slow = journal.cursor('slow', everything);
  for (const id of numbers(1, 40)) await journal.append(frameOf([id], { lineBytes: 500 }));
  const all = await countSegments(directory);
  expect(all).toBeGreaterThan(5);
  fast.acknowledge((await drain(fast)).sequences);
  await journal.append(frameOf([41]));
  expect(await countSegments(directory)).toBe(all);
  const { sequences } = await drain(slow);
  slow.acknowledge(sequences.filter((sequence) => sequence !== sequences[0]));
  await journal.append(frameOf([42]));
  expect(await countSegments(directory)).toBe(all);
  const bytes = journal.bytes();
  slow.acknowledge(sequences);
  clock.advance(1000);
  while ((await countSegments(directory)) > 3) await turn();
  expect(journal.bytes()).toBeLessThan(bytes / 3);
  await journal.close();

  const again = await openJournal(directory, { segmentBytes: 3000 });
  expect(again.backlogs()).toEqual(
    new Map([
      ['fast', 2],
      ['slow', 1],
    ]),
  );
  expect((await drain(again.cursor('slow', everything))).ids).toEqual([42]);
  await again.close();
});

test('a cut is durable, comes again whole after a crash, first, and is gone when it is acknowledged', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory, { segmentBytes: 1500 });
  const cursor = first.cursor('archive', everything);
  for (const id of numbers(1, 9)) await first.append(frameOf([id], { lineBytes: 300 }));
  const { sequences } = await drain(cursor);
  const done = await cursor.cut(sequences.slice(0, 3));
  const open = await cursor.cut(sequences.slice(3, 6));
  expect(cursor.openCuts).toEqual([done, open]);
  cursor.acknowledge(done.sequences);
  expect(cursor.openCuts).toEqual([open]);
  cursor.acknowledge([open.sequences[0]!]);
  for (const id of numbers(10, 20)) await first.append(frameOf([id], { lineBytes: 300 }));
  await first.close();

  const second = await openJournal(directory, { segmentBytes: 1500 });
  const again = second.cursor('archive', everything);
  expect(again.openCuts).toEqual([open]);
  const frames = await again.read(1, never);
  expect(frames.map(({ sequence }) => sequence)).toEqual([open.sequences[0]]);
  expect((await drain(again)).ids).toEqual(numbers(5, 20));
  again.acknowledge(open.sequences);
  expect(again.openCuts).toEqual([]);
  expect(again.pendingFrames()).toBe(14);
  await second.close();

  const third = await openJournal(directory);
  expect(third.cursor('archive', everything).openCuts).toEqual([]);
  await third.close();
});

test('a cut is made of frames that were read, once each', async () => {
  const journal = await openJournal(await temporaryDirectory());
  const cursor = journal.cursor('archive', everything);
  await journal.append(frameOf([1]));
  expect(() => cursor.cut([1])).toThrow(RangeError);
  expect(() => cursor.cut([])).toThrow(RangeError);
  await journal.close();
});

test('an exporter that is gone keeps its backlog until it is abandoned, and is forgotten without one', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  first.cursor('kept', everything);
  const idle = first.cursor('idle', everything);
  await first.append(frameOf([1]));
  idle.acknowledge((await drain(idle)).sequences);
  await first.close();

  const second = await openJournal(directory);
  expect(second.backlogs()).toEqual(new Map([['kept', 1]]));
  second.cursor('new', { ...everything, from: 'end' });
  await second.append(frameOf([2]));
  expect(second.backlogs()).toEqual(
    new Map([
      ['kept', 2],
      ['new', 1],
    ]),
  );
  await second.close();

  const third = await openJournal(directory);
  expect([...third.backlogs().keys()].toSorted()).toEqual(['kept', 'new']);
  await third.abandon('kept');
  await third.close();
  const fourth = await openJournal(directory);
  expect([...fourth.backlogs().keys()]).toEqual(['new']);
  await fourth.close();
});

test('a backlog is streamed: what is read at a time is bounded, whatever waits', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory, { segmentBytes: 2 << 20 });
  first.cursor('store', everything);
  const count = 64;
  for (const id of numbers(1, count)) await first.append(frameOf([id], { lineBytes: 256 * 1024 }));
  await first.close();

  let largest = 0;
  const fs = faultyFileSystem(() => ({}), {
    openToRead: async (path) => {
      const file = await nodeFileSystem.openToRead(path);
      return {
        ...file,
        read: (target, position) => {
          largest = Math.max(largest, target.length);
          return file.read(target, position);
        },
      };
    },
  });
  const second = await openJournal(directory, { fs });
  expect(largest).toBeLessThanOrEqual(1 << 20);
  const cursor = second.cursor('store', everything);
  expect(cursor.pendingFrames()).toBe(count);
  for (let got = 0; got < count;) {
    const frames = await cursor.read(512 * 1024, never);
    const bytes = frames.reduce((sum, { lines }) => sum + lines.length, 0);
    expect(bytes).toBeLessThanOrEqual(512 * 1024 + 257 * 1024);
    got += frames.length;
    cursor.acknowledge(frames.map(({ sequence }) => sequence));
    expect(cursor.oldestPendingMs()).toBe(got < count ? receivedMsOf(got + 1) : undefined);
  }
  expect(largest).toBeLessThanOrEqual(1 << 20);
  await second.close();
});

test('an I/O error behind some frames is met by the next read, and nothing is skipped', async () => {
  let isBroken = false;
  const fs = faultyFileSystem(() => ({}), {
    openToRead: async (path) => {
      const file = await nodeFileSystem.openToRead(path);
      return {
        ...file,
        read: async (target, position) => {
          if (isBroken && position > 2000) throw errno('EIO');
          return file.read(target, position);
        },
      };
    },
  });
  const journal = await openJournal(await temporaryDirectory(), { fs });
  const cursor = journal.cursor('store', everything);
  for (const id of [1, 2, 3]) await journal.append(frameOf([id], { lineBytes: 20_000 }));
  isBroken = true;
  expect(idsOf(await cursor.read(24_000, never))).toEqual([1]);
  await expect(cursor.read(24_000, never)).rejects.toMatchObject({ code: 'EIO' });
  isBroken = false;
  expect(idsOf(await cursor.read(1 << 20, never))).toEqual([2, 3]);
  await journal.close();
});

test('damage and deletion under a running journal are reported once and cost what they hit', async () => {
  const directory = await temporaryDirectory();
  const damage: string[] = [];
  const journal = await openJournal(directory, { segmentBytes: 2000, onDamage: ({ kind }) => damage.push(kind) });
  const cursors = ['one', 'two'].map((id) => journal.cursor(id, everything));
  for (const id of numbers(1, 9)) await journal.append(frameOf([id], { lineBytes: 300 }));
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).toSorted();
  const first = await readFile(join(directory, names[0]!));
  first[first.indexOf('eventId')]! ^= 1;
  await writeFile(join(directory, names[0]!), first);
  await rm(join(directory, names[1]!));
  for (const cursor of cursors) {
    const { ids, sequences } = await drain(cursor);
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).not.toContain(1);
    expect(ids.at(-1)).toBe(9);
    cursor.acknowledge(sequences);
    await drain(cursor);
    expect(cursor.pendingFrames()).toBe(0);
    expect(cursor.oldestPendingMs()).toBeUndefined();
  }
  expect(damage).toHaveLength(2);
  await journal.close();
});

test('what happens to places while a segment grows survives without a new segment', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  first.cursor('archive', everything);
  first.cursor('left', everything);
  await first.append(frameOf([1]));
  await first.close();

  const second = await openJournal(directory);
  const again = second.cursor('archive', everything);
  await second.append(frameOf([2]));
  second.cursor('late', { ...everything, from: 'end' });
  await second.abandon('left');
  await second.append(frameOf([3]));
  const { sequences } = await drain(again);
  again.acknowledge((await again.cut(sequences)).sequences);
  await second.close();

  const third = await openJournal(directory);
  expect(third.backlogs()).toEqual(new Map([['late', 1]]));
  expect(third.cursor('archive', everything).openCuts).toEqual([]);
  expect((await drain(third.cursor('late', { ...everything, from: 'end' }))).ids).toEqual([3]);
  await third.close();
});
