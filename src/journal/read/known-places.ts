// The exporters' places as the journal's own frames tell them, gathered while a journal is opened.
import { AckSet } from './ack-set.ts';
import { FRAME_TYPES, type Frame } from '../format/frame.ts';
import type { Cut } from '../journal.ts';
import { ExporterPlace } from './place.ts';
import {
  decodeCheckpoint,
  decodeCursor,
  decodeCut,
  fromRanges,
  type CursorRecord,
  type CutRecord,
} from '../format/records.ts';

interface Known {
  readonly acks: AckSet;
  readonly pipelines: ReadonlySet<string>;
  readonly pending: Map<string, number>;
}

export const isCheckpointOf = ({ type, sequence, payload }: Frame, firstSequence: number): boolean =>
  type === FRAME_TYPES.checkpoint && sequence === firstSequence && decodeCheckpoint(payload) !== undefined;

export class KnownPlaces {
  counters: Record<string, unknown> = {};
  #places: Map<string, Known> = new Map();
  #cuts: (Cut & { readonly exporter: string })[] = [];
  /** Sequences of cuts, as far as their frames were found. */
  readonly #found: Set<number> = new Set();
  readonly #wanted: Set<number> = new Set();

  /** Takes in what a frame tells of places; later frames go before earlier ones. */
  apply({ type, payload }: Frame): void {
    if (type === FRAME_TYPES.checkpoint) this.#replace(payload);
    if (type === FRAME_TYPES.cursor) this.#move(decodeCursor(payload));
    if (type === FRAME_TYPES.cut) this.#addCut(decodeCut(payload));
  }

  /** Counts an event frame for every place that has not acknowledged it. */
  countFrame(sequence: number, pipeline: string): void {
    if (this.#wanted.has(sequence)) this.#found.add(sequence);
    for (const { acks, pending } of this.#places.values()) {
      if (!acks.has(sequence)) pending.set(pipeline, (pending.get(pipeline) ?? 0) + 1);
    }
  }

  toPlaces(): Map<string, ExporterPlace> {
    const places = new Map<string, ExporterPlace>();
    for (const [id, { acks, pipelines, pending }] of this.#places) {
      places.set(id, new ExporterPlace(id, acks, pipelines, pending, this.#openCuts(id, acks)));
    }
    return places;
  }

  /** A cut comes again whole, less the frames that are gone, unless all of it is acknowledged. */
  #openCuts(id: string, acks: AckSet): Cut[] {
    return this.#cuts
      .filter(({ exporter }) => exporter === id)
      .map(({ key, sequences }) => ({ key, sequences: sequences.filter((sequence) => this.#found.has(sequence)) }))
      .filter(({ sequences }) => sequences.some((sequence) => !acks.has(sequence)));
  }

  #replace(payload: Buffer): void {
    const checkpoint = decodeCheckpoint(payload);
    if (checkpoint === undefined) return;
    this.#places = new Map();
    this.#cuts = [];
    this.counters = checkpoint.counters;
    for (const cursor of checkpoint.cursors) this.#move(cursor);
    for (const cut of checkpoint.cuts) this.#addCut(cut);
  }

  #move(record: CursorRecord | undefined): void {
    if (record === undefined) return;
    const { exporter, low, ranges, pipelines, gone } = record;
    if (gone === true) {
      this.#places.delete(exporter);
      this.#cuts = this.#cuts.filter((cut) => cut.exporter !== exporter);
    } else {
      this.#places.set(exporter, { acks: new AckSet(low, ranges), pipelines: new Set(pipelines), pending: new Map() });
    }
  }

  #addCut(record: CutRecord | undefined): void {
    if (record === undefined) return;
    const sequences = fromRanges(record.ranges);
    this.#cuts.push({ exporter: record.exporter, key: record.key, sequences });
    for (const sequence of sequences) this.#wanted.add(sequence);
  }
}
