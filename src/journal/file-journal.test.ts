import { expect, test } from 'vitest';
import { drain, everything, frameOf, openJournal, receivedMsOf, temporaryDirectory } from './fixtures.ts';

const never = new AbortController().signal;

test('what is appended is read back, with its index, in order', async () => {
  const journal = await openJournal(await temporaryDirectory());
  const cursor = journal.cursor('store', everything);
  const sent = frameOf([1, 2, 3]);
  await journal.append(sent);
  const [frame] = await cursor.read(1, never);
  expect(frame).toMatchObject({ pipeline: 'main', count: 3 });
  expect(frame!.index).toEqual(sent.index);
  expect(Buffer.from(frame!.lines)).toEqual(sent.lines);
  expect(cursor.oldestPendingMs()).toBe(receivedMsOf(1));
  expect(cursor.pendingFrames()).toBe(1);
  cursor.acknowledge([frame!.sequence]);
  expect(cursor.pendingFrames()).toBe(0);
  expect(cursor.oldestPendingMs()).toBeUndefined();
  await journal.close();
});

test('acknowledgements survive a restart, and so do the frames that have none', async () => {
  const directory = await temporaryDirectory();
  const first = await openJournal(directory);
  const cursor = first.cursor('store', everything);
  for (const id of [1, 2, 3, 4]) await first.append(frameOf([id]));
  const { sequences } = await drain(cursor);
  cursor.acknowledge([sequences[0]!, sequences[2]!]);
  await first.close();

  const second = await openJournal(directory);
  expect(second.backlogs()).toEqual(new Map([['store', 2]]));
  const again = second.cursor('store', everything);
  expect(again.oldestPendingMs()).toBe(receivedMsOf(2));
  await second.append(frameOf([5]));
  expect(await drain(again)).toMatchObject({ ids: [2, 4, 5] });
  expect(again.pendingFrames()).toBe(3);
  await second.close();
});
