import { expect, test } from 'vitest';
import { everything, frameOf, openJournal, temporaryDirectory } from '../fixtures.ts';
import type { StoredFrame } from '../journal.ts';
import { createWindows } from './windows.ts';

test('memory is used again when the last holder has let go, and not before', () => {
  const windows = createWindows();
  const first = windows.take(20_000);
  windows.hold(first.buffer);
  windows.letGo(first.buffer);
  expect(windows.take(20_000).buffer).not.toBe(first.buffer);
  windows.letGo(first.buffer);
  expect(windows.take(20_000).buffer).toBe(first.buffer);
});

test('letting go once too often gives nothing back twice', () => {
  const windows = createWindows();
  const { buffer } = windows.take(20_000);
  windows.letGo(buffer);
  windows.letGo(buffer);
  expect(windows.take(20_000).buffer).toBe(buffer);
  expect(windows.take(20_000).buffer).not.toBe(buffer);
});

test('a frame keeps its bytes until it is acknowledged, in whatever order the others are', async () => {
  const journal = await openJournal(await temporaryDirectory(), { segmentBytes: 300_000 });
  const cursor = journal.cursor('store', everything);
  const held: { readonly frame: StoredFrame; readonly copy: Buffer }[] = [];
  for (let round = 0; round < 60; round++) {
    const ids = Array.from({ length: 1 + (round % 7) }, (_, i) => round * 10 + i);
    await journal.append(frameOf(ids, { lineBytes: 3000 }));
    for (const frame of await cursor.read(40_000, AbortSignal.abort()))
      held.push({ frame, copy: Buffer.from(frame.lines) });
    for (const { frame, copy } of held) expect(copy.equals(frame.lines)).toBe(true);
    // Some of them, not the oldest first.
    const [gone] = round % 3 === 0 ? [] : held.splice((round * 5) % held.length, 1);
    if (gone !== undefined) cursor.acknowledge([gone.frame.sequence]);
  }
  expect(held.length).toBeGreaterThan(10);
  await journal.close();
});
