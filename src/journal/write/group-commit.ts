// Group commit: while one group is written and synced, the next one gathers; everything that waits shares one fsync.
import type { Clock } from '../../event/time.ts';
import type { Log } from '../../sdk/index.ts';
import { FRAME_TYPES } from '../format/frame.ts';
import { isDiskFull, type FileSystem } from '../file-system.ts';
import { JournalError } from '../journal.ts';
import { checkpointOf, type JournalState } from '../journal-state.ts';
import type { ExporterPlace } from '../read/place.ts';
import { encodeRecord, type CursorRecord } from '../format/records.ts';
import type { Segment } from '../segment.ts';
import { bytesOf, createSegment, type FrameContent, type SegmentWriter, type WrittenFrame } from './segment-writer.ts';

export const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** Acknowledgements wait at most so long for other traffic to go along with. */
const ACK_DELAY_MS = 1000;

/** What an event frame is known by in memory. */
export interface EventMeta {
  readonly pipeline: string;
  readonly receivedMs: number;
}

/** A group that has become durable. */
export interface Commit {
  readonly segment: Segment;
  /** Its frames lie from here to `segment.bytes`. */
  readonly from: number;
  readonly firstSequence: number;
  readonly bytes: number;
  readonly pipelines: ReadonlySet<string>;
}

export interface GroupCommitOptions {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly segmentBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: JournalState;
  readonly onCommit: (commit: Commit) => void;
  readonly onDiskFull: () => Promise<void>;
}

export interface SubmitOptions {
  /** Given for event frames. */
  readonly event?: EventMeta;
  readonly onDurable?: (frame: WrittenFrame) => void;
}

interface Entry extends FrameContent {
  readonly bytes: number;
  readonly onDurable: ((frame: WrittenFrame) => void) | undefined;
  readonly event: EventMeta | undefined;
  readonly resolve: () => void;
  readonly reject: (error: JournalError) => void;
}

interface Written {
  readonly segment: Segment;
  readonly frames: readonly WrittenFrame[];
  readonly bytes: number;
}

/** The frames that tell of places, written ahead of a group's own. */
interface Notes {
  readonly contents: readonly FrameContent[];
  readonly places: readonly ExporterPlace[];
  readonly gone: readonly string[];
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: Entry[] = [];
  #writer: SegmentWriter | undefined;
  /** A name that was used cannot be used again, whatever became of the file. */
  #lastFirstSequence: number;
  #running: Promise<void> | undefined;
  #notesAreDue = false;
  #cancelTimer: (() => void) | undefined;
  #isClosing = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#lastFirstSequence = options.state.segments.at(-1)?.firstSequence ?? 0;
  }

  /** Resolves when the frame is durable. `onDurable` is called before anything else is written. */
  submit(content: FrameContent, { event, onDurable }: SubmitOptions): Promise<void> {
    if (this.#isClosing) return Promise.reject(new JournalError('closing', 'the journal is closing'));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push({ ...content, bytes: bytesOf(content), event, onDurable, resolve, reject });
    this.#start();
    return promise;
  }

  /** A place has changed: to be journaled with the next group, or soon. */
  noteSoon(): void {
    if (this.#isClosing) return;
    this.#cancelTimer ??= this.#options.clock.schedule(ACK_DELAY_MS, () => {
      this.#cancelTimer = undefined;
      this.#notesAreDue = true;
      this.#start();
    });
  }

  /** Writes what waits, places included, and takes nothing more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#cancelTimer?.();
    this.#notesAreDue = true;
    this.#start();
    await this.#running;
    await this.#writer?.close();
    this.#writer = undefined;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Whoever appends in this same turn goes along with the first group.
    await Promise.resolve();
    while (this.#queue.length > 0 || this.#notesAreDue) {
      this.#notesAreDue = false;
      const group = this.#takeGroup();
      const notes = this.#takeNotes();
      if (group.length + notes.contents.length > 0) await this.#commit(group, notes);
    }
    this.#running = undefined;
  }

  #takeGroup(): Entry[] {
    let bytes = 0;
    const over = this.#queue.findIndex((entry, i) => (bytes += entry.bytes) > MAX_GROUP_BYTES && i > 0);
    return this.#queue.splice(0, over < 0 ? this.#queue.length : over);
  }

  #takeNotes(): Notes {
    const { state } = this.#options;
    const places = [...state.places.values()].filter(({ isDirty }) => isDirty);
    const gone = [...state.gone];
    const records: CursorRecord[] = [...places.map((place) => place.record()), ...gone.map(goneRecord)];
    for (const place of places) place.beginFlush();
    const contents = records.map((record) => ({ type: FRAME_TYPES.cursor, parts: [encodeRecord(record)] }));
    return { contents, places, gone };
  }

  async #commit(group: readonly Entry[], notes: Notes): Promise<void> {
    const contents = [...notes.contents, ...group];
    let result = await this.#append(contents);
    // What was not acknowledged goes to a new file, once; a full disk would refuse that too.
    if (isPoisoned(result)) result = await this.#append(contents);
    const isDurable = !(result instanceof JournalError);
    for (const place of notes.places) place.endFlush(isDurable);
    if (result instanceof JournalError) return this.#refuse(result, group, notes);
    for (const id of notes.gone) this.#options.state.gone.delete(id);
    this.#settle(result, group);
  }

  async #refuse(error: JournalError, group: readonly Entry[], notes: Notes): Promise<void> {
    for (const entry of group) entry.reject(error);
    if (error.reason === 'disk_full') await this.#options.onDiskFull();
    if (notes.contents.length > 0) this.noteSoon();
  }

  async #append(contents: readonly FrameContent[]): Promise<Written | JournalError> {
    try {
      const { segment, append } = await this.#writerWithRoom();
      const before = segment.bytes;
      const frames = await append(contents);
      return { segment, frames, bytes: segment.bytes - before };
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #writerWithRoom(): Promise<SegmentWriter> {
    const { fs, directory, segmentBytes, state } = this.#options;
    if (this.#writer !== undefined && this.#writer.segment.bytes < segmentBytes) return this.#writer;
    const full = this.#writer;
    this.#writer = undefined;
    await full?.close();
    const firstSequence = Math.max(state.lastSequence, this.#lastFirstSequence) + 1;
    this.#lastFirstSequence = firstSequence;
    const checkpoint = encodeRecord(checkpointOf(state));
    this.#writer = await createSegment({ fs, directory, firstSequence, checkpoint });
    return this.#writer;
  }

  #settle({ segment, frames, bytes }: Written, group: readonly Entry[]): void {
    const { state, onCommit } = this.#options;
    if (state.segments.at(-1) !== segment) state.segments.push(segment);
    state.lastSequence = segment.lastSequence;
    const pipelines = new Set<string>();
    const own = frames.slice(frames.length - group.length);
    for (const [i, { event, onDurable }] of group.entries()) {
      onDurable?.(own[i]!);
      if (event === undefined) continue;
      pipelines.add(event.pipeline);
      segment.addFrame(event.pipeline, { ...own[i]!, receivedMs: event.receivedMs });
      for (const place of state.places.values()) place.countAppended(event.pipeline);
    }
    for (const entry of group) entry.resolve();
    const { offset: from, sequence: firstSequence } = frames[0]!;
    onCommit({ segment, from, firstSequence, bytes, pipelines });
  }

  async #fail(cause: unknown): Promise<JournalError> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.abandon(cause);
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    this.#options.log.error('a journal segment takes no more', { code, segment: writer?.segment.firstSequence });
    return isDiskFull(cause)
      ? new JournalError('disk_full', 'the disk of the journal is full', { cause })
      : new JournalError('poisoned', `the journal could not be written (${code})`, { cause });
  }
}

const isPoisoned = (result: Written | JournalError): boolean =>
  result instanceof JournalError && result.reason === 'poisoned';

const goneRecord = (exporter: string): CursorRecord => ({ exporter, low: 0, ranges: [], pipelines: [], gone: true });
