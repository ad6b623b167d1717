import { expect, test } from 'vitest';
import { createDiskRoom } from './disk-room.ts';
import { createManualClock, errno, silentLog } from '../fixtures.ts';
import { nodeFileSystem } from '../file-system.ts';

const roomWith = async () => {
  const clock = createManualClock();
  const disk = { freeBytes: 1000, looks: 0, fails: false, journalBytes: 0 };
  const room = createDiskRoom({
    fs: {
      ...nodeFileSystem,
      freeBytes: async () => {
        disk.looks++;
        if (disk.fails) throw errno('EIO');
        return disk.freeBytes;
      },
    },
    directory: '/nowhere',
    maxBytes: 500,
    minFreeBytes: 100,
    clock,
    log: silentLog,
    bytes: () => disk.journalBytes,
  });
  await room.refresh();
  return { room, clock, disk };
};

test.each([
  ['plenty', 1000, 0, true],
  ['the budget is used up', 1000, 500, false],
  ['the volume is at its reserve', 100, 0, false],
  ['the volume is just above it', 101, 499, true],
])('room: %s', async (_, freeBytes, journalBytes, expected) => {
  const { room, disk } = await roomWith();
  Object.assign(disk, { freeBytes, journalBytes });
  await room.refresh();
  expect(room.hasRoom()).toBe(expected);
});

test('what was written since the last look counts; the look is repeated after half a second, not at every call', async () => {
  const { room, clock, disk } = await roomWith();
  room.wrote(900);
  expect(room.hasRoom()).toBe(false);
  for (let i = 0; i < 100; i++) room.hasRoom();
  expect(disk.looks).toBe(1);
  clock.advance(500);
  room.hasRoom();
  await room.refresh();
  expect(disk.looks).toBe(2);
  expect(room.hasRoom()).toBe(true);
});

test('a refused write closes the intake for a second, whatever the volume says', async () => {
  const { room, clock } = await roomWith();
  room.refused();
  await room.refresh();
  expect(room.hasRoom()).toBe(false);
  clock.advance(1000);
  expect(room.hasRoom()).toBe(true);
});

test('when the free space cannot be told, there is none', async () => {
  const { room, disk } = await roomWith();
  disk.fails = true;
  await room.refresh();
  expect(room.hasRoom()).toBe(false);
});
