import type { JournalCursor } from '../journal/journal.ts';
import { letterOf } from './bury.ts';
import type { DeadLetters } from './dead-letters.ts';
import { batchOfFrames } from './frames-batch.ts';

/** What is in memory at one time. */
const READ_BYTES = 4 * 1024 * 1024;

/**
 * Moves what waits for an exporter that is gone to the dead letters, and its cursor behind each step. Resolves with the
 * number of events; rejects where the dead letters have no room, and can be called again.
 */
export const abandonBacklog = async (
  cursor: JournalCursor,
  id: string,
  deadLetters: Pick<DeadLetters, 'write'>,
): Promise<number> => {
  let events = 0;
  for (;;) {
    const frames = await cursor.read(READ_BYTES, AbortSignal.abort());
    if (frames.length === 0) return events;
    const batch = batchOfFrames(frames);
    const reason = { code: 'EXPORTER_ABANDONED', message: 'its exporter is not in the configuration any more' };
    await deadLetters.write(
      Array.from({ length: batch.count }, (_, position) => letterOf(id, batch, { position, ...reason }, 0)),
    );
    cursor.acknowledge(frames.map(({ sequence }) => sequence));
    events += batch.count;
  }
};
