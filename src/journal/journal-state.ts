// What the parts of one open journal share: its segments, oldest first, and the exporters' places.
import type { CheckpointRecord } from './format/records.ts';
import type { ExporterPlace } from './read/place.ts';
import type { Segment } from './segment.ts';

export interface JournalState {
  /** Durable ones only; the last one may still grow. */
  readonly segments: Segment[];
  readonly places: Map<string, ExporterPlace>;
  /** Exporters whose end is not journaled yet. */
  readonly gone: Set<string>;
  /** The books' counters of the last checkpoint, carried on. */
  readonly counters: Record<string, unknown>;
  /** The last durable sequence. */
  lastSequence: number;
  /** Damage took the places away: a cursor that is not known starts at the earliest frame, whatever it asks. */
  readonly placesLost: boolean;
}

export const checkpointOf = ({ places, counters }: JournalState): CheckpointRecord => ({
  cursors: [...places.values()].map((place) => place.record()),
  cuts: [...places.values()].flatMap((place) => place.cutRecords()),
  counters,
});
