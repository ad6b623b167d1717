// Which segments may be deleted: a prefix of them, never the last one, whose checkpoint speaks for all before it.
import type { ExporterPlace } from './place.ts';
import type { Segment } from './segment.ts';

/**
 * How many segments, from the oldest on, every place is past. `isFull`: acknowledgements cannot be journaled because
 * the disk is full, and deleting is what makes room for them. Then what is acknowledged in memory counts: a missing
 * segment reads as delivered. Only a cut that would come back without some of its frames holds its segments still.
 */
export const countPassed = (segments: readonly Segment[], places: Iterable<ExporterPlace>, isFull: boolean): number => {
  const all = [...places];
  if (all.length === 0) return 0;
  const floors = all.map((place) => (isFull ? place.floor() : place.journaledFloor()));
  const limit = isFull ? all.reduce(belowSplitCuts, Math.min(...floors)) : Math.min(...floors);
  const kept = segments.findIndex(({ lastSequence }) => lastSequence > limit);
  return Math.min(kept < 0 ? segments.length : kept, segments.length - 1);
};

const belowSplitCuts = (limit: number, place: ExporterPlace): number =>
  place
    .journaledCuts()
    .filter(({ sequences }) => sequences.at(-1)! > limit)
    .reduce((floor, { sequences }) => Math.min(floor, sequences[0]! - 1), limit);
