import type { Clock } from '../event/time.ts';
import type { Log } from '../sdk/index.ts';
import { FileCursor } from './read/cursor.ts';
import type { Damage, DamageListener } from './open/damage.ts';
import { createDiskRoom, type DiskRoom } from './write/disk-room.ts';
import { encodeEventIndex, oldestReceivedMs } from './format/event-payload.ts';
import { FRAME_TYPES, MAX_PAYLOAD_BYTES } from './format/frame.ts';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { GroupCommit, type Commit } from './write/group-commit.ts';
import { JournalError, type CursorOptions, type Cut, type EventFrame, type Journal } from './journal.ts';
import type { JournalState } from './journal-state.ts';
import { acquireLock, type Lock } from './open/lock.ts';
import { ExporterPlace } from './read/place.ts';
import { AckSet } from './read/ack-set.ts';
import { type AuditRecord, encodeRecord, toRanges } from './format/records.ts';
import { recover } from './open/recovery.ts';
import { countPassed } from './write/retention.ts';

export interface FileJournalOptions {
  readonly directory: string;
  /** The budget: above it `hasRoom` is false. */
  readonly maxBytes: number;
  /** A segment that has grown to this is followed by a new one. */
  readonly segmentBytes: number;
  /** Free space of the volume that intake must leave. */
  readonly minFreeBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDamage?: DamageListener;
  /** For tests that make the disk fail. */
  readonly fs?: FileSystem;
}

/** So that a full budget always holds segments that can be deleted. */
const MIN_SEGMENTS = 4;

/**
 * Opens the journal, or makes it. Rejects with `JournalOpenError` if another process has it, or a newer program wrote
 * it; damage is repaired around and reported, never a reason to refuse.
 */
export const openFileJournal = async (options: FileJournalOptions): Promise<Journal> => {
  const { directory, log, fs = nodeFileSystem } = options;
  await fs.makeDirectory(directory);
  const lock = await acquireLock(directory);
  try {
    const onDamage = (damage: Damage): void => {
      log.error('the journal is damaged', { ...damage });
      options.onDamage?.(damage);
    };
    const state = await recover({ fs, directory, log, onDamage });
    const journal = new FileJournal({ ...options, fs, onDamage }, state, lock);
    await journal.open();
    return journal;
  } catch (error) {
    await lock.release();
    throw error;
  }
};

class FileJournal implements Journal {
  readonly #options: Required<FileJournalOptions>;
  readonly #state: JournalState;
  readonly #lock: Lock;
  readonly #commits: GroupCommit;
  readonly #room: DiskRoom;
  readonly #cursors: Map<string, FileCursor> = new Map();
  #hasAppended = false;
  #deleting: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: Required<FileJournalOptions>, state: JournalState, lock: Lock) {
    const { fs, directory, maxBytes, clock, log } = options;
    this.#options = options;
    this.#state = state;
    this.#lock = lock;
    this.#room = createDiskRoom({ ...options, bytes: () => this.bytes() });
    this.#commits = new GroupCommit({
      fs,
      directory,
      segmentBytes: Math.min(options.segmentBytes, Math.floor(maxBytes / MIN_SEGMENTS)),
      clock,
      log,
      state,
      onCommit: (commit) => this.#onCommit(commit),
      onDiskFull: () => this.#onDiskFull(),
    });
  }

  async open(): Promise<void> {
    await this.#room.refresh();
  }

  async append(frame: EventFrame): Promise<void> {
    if (frame.index.length === 0) return;
    const parts = [encodeEventIndex(frame), frame.lines];
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    if (bytes > MAX_PAYLOAD_BYTES) {
      throw new JournalError('too_large', `a batch of ${bytes} bytes; the journal takes ${MAX_PAYLOAD_BYTES} at once`);
    }
    if (!this.#hasAppended) this.#forgetIdlePlaces();
    const event = { pipeline: frame.pipeline, receivedMs: oldestReceivedMs(frame.index) };
    await this.#commits.submit({ type: FRAME_TYPES.event, parts }, { event });
  }

  async audit(records: readonly AuditRecord[]): Promise<void> {
    const frames = records.map((record) => ({ type: FRAME_TYPES.audit, parts: [encodeRecord(record)] }));
    await Promise.all(frames.map((frame) => this.#commits.submit(frame, {})));
  }

  cursor(id: string, options: CursorOptions): FileCursor {
    if (this.#cursors.has(id)) throw new RangeError(`exporter "${id}" has its cursor already`);
    const place = this.#state.places.get(id) ?? this.#newPlace(id, options);
    place.isOpen = true;
    place.pipelines = options.pipelines ?? place.pipelines;
    place.isDirty = true;
    this.#commits.noteSoon();
    const { fs, onDamage } = this.#options;
    const cursor = new FileCursor({
      state: this.#state,
      place,
      walker: { fs, segments: this.#state.segments, onDamage },
      onAcknowledge: () => this.#commits.noteSoon(),
      writeCut: (...cut) => this.#writeCut(...cut),
    });
    this.#cursors.set(id, cursor);
    return cursor;
  }

  backlogs(): ReadonlyMap<string, number> {
    const pending = [...this.#state.places.values()].map((place) => [place.id, place.pendingFrames()] as const);
    return new Map(pending.filter(([, frames]) => frames > 0));
  }

  async abandon(id: string): Promise<void> {
    await this.#cursors.get(id)?.close();
    this.#cursors.delete(id);
    if (!this.#state.places.delete(id)) return;
    this.#state.gone.add(id);
    this.#commits.noteSoon();
  }

  bytes(): number {
    return this.#state.segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  hasRoom(): boolean {
    return this.#room.hasRoom();
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#commits.close();
    await Promise.all([...this.#cursors.values()].map((cursor) => cursor.close()));
    await this.#deleting;
    await this.#lock.release();
  }

  #newPlace(id: string, { from, pipelines = new Set() }: CursorOptions): ExporterPlace {
    const { segments, lastSequence, placesLost, places, gone } = this.#state;
    const isFromEnd = from === 'end' && !placesLost;
    const low = isFromEnd ? lastSequence : (segments[0]?.firstSequence ?? lastSequence + 1) - 1;
    const pending = new Map<string, number>();
    for (const [pipeline, frames] of isFromEnd ? [] : segments.flatMap((segment) => [...segment.frames])) {
      pending.set(pipeline, (pending.get(pipeline) ?? 0) + frames);
    }
    const place = new ExporterPlace(id, new AckSet(low), pipelines, pending);
    places.set(id, place);
    gone.delete(id);
    return place;
  }

  /** Exporters that are not configured and have nothing to wait for would only collect a backlog. */
  #forgetIdlePlaces(): void {
    this.#hasAppended = true;
    const { places, gone } = this.#state;
    for (const place of places.values()) {
      if (place.isOpen || place.pendingFrames() > 0 || place.cuts.length > 0) continue;
      places.delete(place.id);
      gone.add(place.id);
    }
  }

  async #writeCut(place: ExporterPlace, sequences: readonly number[]): Promise<Cut> {
    const first = sequences[0]!.toString(16).padStart(16, '0');
    const cut: Cut = { key: `${first}-${this.#options.fs.random(8).toString('hex')}`, sequences };
    const record = { exporter: place.id, key: cut.key, ranges: toRanges(sequences) };
    await this.#commits.submit(
      { type: FRAME_TYPES.cut, parts: [encodeRecord(record)] },
      { onDurable: () => place.addCut(cut) },
    );
    return cut;
  }

  #onCommit(commit: Commit): void {
    this.#room.wrote(commit.bytes);
    for (const cursor of this.#cursors.values()) cursor.onCommit(commit);
    this.#deletePassed(false);
  }

  async #onDiskFull(): Promise<void> {
    this.#room.refused();
    this.#deletePassed(true);
    await this.#deleting;
  }

  /** The list forgets first, then the directory: whoever reads has passed these segments. */
  #deletePassed(isFull: boolean): void {
    const { segments, places } = this.#state;
    const passed = segments.splice(0, countPassed(segments, places.values(), isFull));
    if (passed.length === 0) return;
    this.#deleting = this.#deleting.then(() => this.#deleteFiles(passed.map(({ path }) => path)));
  }

  async #deleteFiles(paths: readonly string[]): Promise<void> {
    const { fs, directory, log } = this.#options;
    try {
      for (const path of paths) await fs.remove(path);
      await fs.syncDirectory(directory);
      await this.#room.refresh();
    } catch (error) {
      log.error('a delivered journal segment cannot be deleted', { code: (error as NodeJS.ErrnoException).code });
    }
  }
}
