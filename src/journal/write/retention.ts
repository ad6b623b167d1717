// Which segments may be deleted: a prefix of them, never the last one, whose checkpoint speaks for all before it.
import type { Cut } from '../journal.ts';
import type { ExporterPlace } from '../read/place.ts';
import type { Segment } from '../segment.ts';

/**
 * How many segments, from the oldest on, every place is past. `isFull`: acknowledgements cannot be journaled because
 * the disk is full, and deleting is what makes room for them. Then what is acknowledged in memory counts: a missing
 * segment reads as delivered. Only a cut that would come back without some of its frames holds its segments still.
 */
export const countPassed = (segments: readonly Segment[], places: Iterable<ExporterPlace>, isFull: boolean): number => {
  const all = [...places];
  if (all.length === 0) return 0;
  const limit = Math.min(...all.map((place) => (isFull ? place.floor() : place.journaledFloor())));
  const kept = segments.findIndex(({ lastSequence }) => lastSequence > limit);
  const passed = Math.min(kept < 0 ? segments.length : kept, segments.length - 1);
  const cuts = all.flatMap((place) => place.journaledCuts());
  return segments.slice(0, Math.max(0, passed)).findLastIndex((last) => !cuts.some((cut) => isSplit(cut, last))) + 1;
};

/** Some of the cut's frames would be gone, and some still there. */
const isSplit = ({ sequences }: Cut, { lastSequence }: Segment): boolean =>
  sequences[0]! <= lastSequence && sequences.at(-1)! > lastSequence;
