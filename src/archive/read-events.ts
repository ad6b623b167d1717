// The archive's events within a window, each object proven before its first line is used, equal ids collapsed.
import { checkObject } from './check-object.ts';
import { readLines, type ArchivedLine } from './lines.ts';
import { inOrder } from './ordered.ts';
import { listObjects, type ArchiveReading, type ListedObject } from './read-archive.ts';
import { createSeenIds } from './seen-ids.ts';
import { instantNs, isWithin } from './window.ts';

/** What one object gave. */
export interface ObjectEvents {
  readonly object: ListedObject;
  readonly lines: readonly ArchivedLine[];
  /** Events whose id came before: a sender's repeated submission. */
  readonly repeated: number;
}

const AHEAD = 2;

/** An object that is not as its manifest says gives nothing, and is told. */
export async function* readEvents(reading: ArchiveReading): AsyncGenerator<ObjectEvents> {
  const seen = createSeenIds();
  const check = async (object: ListedObject) => ({
    object,
    checked: await checkObject(reading.store, object.entry, () => undefined),
  });
  for await (const { object, checked } of inOrder(listObjects(reading), AHEAD, check)) {
    if ('finding' in checked) {
      reading.found(checked.finding);
      continue;
    }
    const lines: ArchivedLine[] = [];
    let repeated = 0;
    for (const line of readLines(checked.lines)) {
      if (line === undefined || !isWithin(reading, instantNs(line.receivedAt))) continue;
      if (seen.add(object.tenant, line.event.eventId)) lines.push(line);
      else repeated++;
    }
    yield { object, lines, repeated };
  }
}
