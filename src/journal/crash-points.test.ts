// Every crash point of a scripted workload: the n-th call that changes the disk is the last, and half of it is done.
import { cp, rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { drain, errno, everything, frameOf, numberOf, openJournal, temporaryDirectory } from './fixtures.ts';
import { nodeFileSystem, type FileSystem, type JournalFile } from './file-system.ts';
import type { Cut, Journal, JournalCursor } from './journal.ts';

const never = new AbortController().signal;

/** A disk that dies at the `n`-th change; also counts the files that are open. */
const dyingFileSystem = (n: number) => {
  const seen = { changes: 0, open: 0 };
  const isDead = (): boolean => ++seen.changes >= n;
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead()) throw errno('EIO');
    return work();
  };
  const watch = async (opening: Promise<JournalFile>): Promise<JournalFile> => {
    const file = await opening;
    seen.open++;
    return {
      ...file,
      writev: async (parts, position) => {
        if (!isDead()) return file.writev(parts, position);
        const all = Buffer.concat(parts);
        if (seen.changes === n) await file.writev([all.subarray(0, all.length >>> 1)], position);
        throw errno('EIO');
      },
      datasync: () => change(() => file.datasync()),
      truncate: (bytes) => change(() => file.truncate(bytes)),
      close: async () => {
        seen.open--;
        await file.close();
      },
    };
  };
  const fs: FileSystem = {
    ...nodeFileSystem,
    create: (path) => change(() => watch(nodeFileSystem.create(path))),
    openToRead: (path) => watch(nodeFileSystem.openToRead(path)),
    openToChange: (path) => change(() => watch(nodeFileSystem.openToChange(path))),
    rename: (...paths) => change(() => nodeFileSystem.rename(...paths)),
    remove: (path) => change(() => nodeFileSystem.remove(path)),
    syncDirectory: (path) => change(() => nodeFileSystem.syncDirectory(path)),
  };
  return { fs, seen };
};

/** What the outside was told before the crash. */
interface Told {
  readonly appended: number[];
  readonly delivered: number[];
  readonly cuts: Cut[];
}

/** Appends sixty events over several segments; an archive cuts and acknowledges, a second exporter lags. */
const workload = async (journal: Journal, told: Told): Promise<void> => {
  const archive = journal.cursor('archive', everything);
  const lagging = journal.cursor('lagging', everything);
  for (let id = 1; id <= 60; id += 2) {
    await Promise.all([id, id + 1].map((each) => append(journal, told, each)));
    if (id % 3 === 0) await deliver(archive, told);
    if (id % 7 === 0) lagging.acknowledge((await lagging.read(1500, never)).map(({ sequence }) => sequence));
  }
};

const append = async (journal: Journal, told: Told, id: number): Promise<void> => {
  await journal.append(frameOf([id], { lineBytes: 400 }));
  told.appended.push(id);
};

const deliver = async (cursor: JournalCursor, told: Told): Promise<void> => {
  const frames = await cursor.read(1000, never);
  const cut = await cursor.cut(frames.map(({ sequence }) => sequence));
  told.cuts.push(cut);
  told.delivered.push(...frames.flatMap(({ index }) => index.map(({ eventId }) => numberOf(eventId))));
  cursor.acknowledge(cut.sequences);
};

const crashAt = async (n: number): Promise<{ survived: boolean; told: Told; directory: string }> => {
  const directory = await temporaryDirectory();
  const { fs, seen } = dyingFileSystem(n);
  const told: Told = { appended: [], delivered: [], cuts: [] };
  const journal = await openJournal(directory, { fs, segmentBytes: 2500 });
  const survived = await workload(journal, told).then(
    () => true,
    () => false,
  );
  const left = await temporaryDirectory();
  await cp(directory, left, { recursive: true, filter: (path) => !path.includes('lock') });
  await journal.close();
  expect(seen.open).toBe(0);
  await rm(directory, { recursive: true });
  return { survived, told, directory: left };
};

test('at every crash point, what was acknowledged is there once, and cuts come again as they were', async () => {
  let points = 0;
  for (let survived = false; !survived;) {
    const crash = await crashAt(++points);
    survived = crash.survived;
    const { told, directory } = crash;
    const journal = await openJournal(directory);
    const archive = journal.cursor('archive', everything);
    for (const cut of archive.openCuts) {
      const before = told.cuts.find(({ key }) => key === cut.key);
      if (before !== undefined) expect(cut).toEqual(before);
    }
    const cutSequences = archive.openCuts.flatMap(({ sequences }) => sequences);
    const read = await drain(archive);
    expect(read.sequences.slice(0, cutSequences.length)).toEqual(cutSequences);
    expect(new Set(read.ids).size).toBe(read.ids.length);
    const due = told.appended.filter((id) => !told.delivered.includes(id));
    expect(due.filter((id) => !read.ids.includes(id))).toEqual([]);
    await journal.append(frameOf([99]));
    expect((await drain(archive)).ids).toEqual([99]);
    await journal.close();
    await rm(directory, { recursive: true });
  }
  expect(points).toBeGreaterThan(100);
});

test('a crash at every point of a recovery leaves as much to the next one', async () => {
  const source = (await crashAt(23)).directory;
  const expected = await openJournal(await copyOf(source));
  const { ids } = await drain(expected.cursor('other', everything));
  await expected.close();
  expect(ids.length).toBeGreaterThan(3);
  for (let n = 1, changes = n; changes >= n; n++) {
    const directory = await copyOf(source);
    const { fs, seen } = dyingFileSystem(n);
    await (await openJournal(directory, { fs })).close();
    changes = seen.changes;
    const journal = await openJournal(directory);
    expect((await drain(journal.cursor('other', everything))).ids).toEqual(ids);
    await journal.close();
    await rm(directory, { recursive: true });
  }
  await rm(source, { recursive: true });
});

const copyOf = async (source: string): Promise<string> => {
  const directory = await temporaryDirectory();
  await cp(source, directory, { recursive: true });
  return directory;
};
