// Opens what an earlier process left, however it ended. Damage never stops it: what is intact is kept, the rest is
// put aside or stepped over, and reported. Nothing is appended to an old segment again.
import { join } from 'node:path';
import type { Log } from '../../sdk/index.ts';
import { JournalOpenError, type DamageListener } from './damage.ts';
import { decodeEventHead } from '../format/event-payload.ts';
import type { ByteRange } from '../format/frame-scan.ts';
import { FRAME_HEADER_BYTES, FRAME_TYPES, sumOfSalt, type Frame } from '../format/frame.ts';
import type { FileSystem } from '../file-system.ts';
import type { JournalState } from '../journal-state.ts';
import { isCheckpointOf, KnownPlaces } from '../read/known-places.ts';
import {
  decodeSegmentHeader,
  FORMAT_VERSION,
  isSegmentName,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from '../format/segment-header.ts';
import { SegmentReader } from '../read/segment-reader.ts';
import { Segment } from '../segment.ts';
import { asidePath, removeOldAsides, sealTornTail } from './torn-tail.ts';

const WINDOW_BYTES = 1024 * 1024;

export interface RecoveryOptions {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly log: Log;
  readonly onDamage: DamageListener;
}

/** A segment file as found. */
interface Found {
  readonly segment: Segment;
  readonly fileBytes: number;
}

export const recover = async (options: RecoveryOptions): Promise<JournalState> => {
  const found = await findSegments(options);
  const { known, placesLost } = await readPlaces(options, found);
  const segments: Segment[] = [];
  for (const [i, { segment, fileBytes }] of found.entries()) {
    const before = found[i + 1]?.segment.firstSequence ?? Number.POSITIVE_INFINITY;
    if (await survey(options, { segment, fileBytes, before, known })) segments.push(segment);
  }
  await tidy(options);
  // A frame speaks of sequences below its own only, so the frames' own are the highest there are.
  const lastSequence = Math.max(...found.map(({ segment }) => segment.lastSequence), 0);
  return { segments, places: known.toPlaces(), gone: new Set(), counters: known.counters, lastSequence, placesLost };
};

/** In the order of their sequences, whatever their names; of two with the same first, the one with the right name last. */
const findSegments = async (options: RecoveryOptions): Promise<Found[]> => {
  const { fs, directory, onDamage } = options;
  const names = (await fs.list(directory)).filter(isSegmentName).toSorted();
  const read = await Promise.all(names.map(async (name) => ({ name, ...(await readHeader(options, name)) })));
  const found: (Found & { readonly isNamedRight: boolean })[] = [];
  for (const { name, header, fileBytes } of read) {
    const path = join(directory, name);
    if (header === undefined) {
      onDamage({ kind: 'unreadable', file: path, from: 0, to: fileBytes });
      await putAside(options, path);
      continue;
    }
    const segment = new Segment(directory, name, header.firstSequence, sumOfSalt(header.salt));
    found.push({ segment, fileBytes, isNamedRight: name === segmentName(header.firstSequence) });
  }
  return found.toSorted(
    (a, b) => a.segment.firstSequence - b.segment.firstSequence || Number(a.isNamedRight) - Number(b.isNamedRight),
  );
};

const readHeader = async ({ fs, directory }: RecoveryOptions, name: string) => {
  const file = await fs.openToRead(join(directory, name));
  try {
    const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
    const header = decodeSegmentHeader(bytes.subarray(0, await file.read(bytes, 0)));
    if (header !== undefined && header.version > FORMAT_VERSION) {
      throw new JournalOpenError(
        'JOURNAL_VERSION_UNSUPPORTED',
        `the journal in ${directory} has format ${header.version} (${name}); this program reads up to ${FORMAT_VERSION}: start the newer program, or let it deliver everything first`,
      );
    }
    return { header, fileBytes: await file.size() };
  } finally {
    await file.close();
  }
};

/** From the last intact checkpoint on: it holds everything that was known when its segment began. */
const readPlaces = async (options: RecoveryOptions, found: readonly Found[]) => {
  const known = new KnownPlaces();
  let start = found.length - 1;
  while (start >= 0 && !(await beginsWithCheckpoint(options, found[start]!))) start--;
  for (let i = Math.max(0, start); i < found.length; i++) {
    const before = found[i + 1]?.segment.firstSequence ?? Number.POSITIVE_INFINITY;
    const reader = readerOf(options, found[i]!, before);
    for (let step = await reader.next(); step.kind === 'frame'; step = await reader.next()) known.apply(step.frame);
    await reader.close();
  }
  return { known, placesLost: start < 0 && found.length > 0 };
};

const beginsWithCheckpoint = async (options: RecoveryOptions, found: Found): Promise<boolean> => {
  const reader = readerOf(options, found, Number.POSITIVE_INFINITY);
  const step = await reader.next();
  await reader.close();
  return step.kind === 'frame' && isCheckpointOf(step.frame, found.segment.firstSequence);
};

interface SurveyOptions extends Found {
  readonly before: number;
  readonly known: KnownPlaces;
}

/** Reads a whole segment: what is intact in it is counted. False: nothing is, and it was put aside. */
const survey = async (options: RecoveryOptions, found: SurveyOptions): Promise<boolean> => {
  const { segment, known } = found;
  const reader = readerOf(options, found, found.before);
  let step = await reader.next();
  for (; step.kind === 'frame'; step = await reader.next()) {
    if (step.damage !== undefined) reportQuarantined(options, segment, step.damage);
    count(segment, step.frame, known);
  }
  await reader.close();
  if (segment.bytes === SEGMENT_HEADER_BYTES) {
    options.onDamage({ kind: 'unreadable', file: segment.path, from: 0, to: found.fileBytes });
    await putAside(options, segment.path);
    return false;
  }
  if (step.torn !== undefined) await seal(options, segment, step.torn);
  return true;
};

const count = (segment: Segment, frame: Frame, known: KnownPlaces): void => {
  segment.lastSequence = frame.sequence;
  segment.bytes = frame.offset + frame.payload.length + FRAME_HEADER_BYTES;
  const head = frame.type === FRAME_TYPES.event ? decodeEventHead(frame.payload) : undefined;
  if (head === undefined) return;
  segment.addFrame(head.pipeline, { ...frame, receivedMs: head.oldestReceivedMs });
  known.countFrame(frame.sequence, head.pipeline);
};

const reportQuarantined = ({ onDamage }: RecoveryOptions, segment: Segment, { from, to }: ByteRange): void => {
  segment.damagedAt.add(from);
  onDamage({ kind: 'quarantined', file: segment.path, from, to });
};

/** Where that fails (a full disk), the tail stays where it is: readers stop before it. */
const seal = async ({ fs, log, onDamage }: RecoveryOptions, { path }: Segment, torn: ByteRange): Promise<void> => {
  onDamage({ kind: 'torn', file: path, ...torn });
  try {
    await sealTornTail(fs, path, torn);
  } catch (error) {
    log.warn('the torn end of a journal segment stays where it is', { code: (error as NodeJS.ErrnoException).code });
  }
};

const putAside = async ({ fs, directory, log }: RecoveryOptions, path: string): Promise<void> => {
  try {
    await fs.rename(path, asidePath(path, await fs.list(directory)));
    await fs.syncDirectory(directory);
  } catch (error) {
    log.warn('an unreadable journal file stays where it is', { code: (error as NodeJS.ErrnoException).code });
  }
};

const tidy = async ({ fs, directory, log }: RecoveryOptions): Promise<void> => {
  try {
    await removeOldAsides(fs, directory);
  } catch (error) {
    log.warn('old torn ends cannot be removed', { code: (error as NodeJS.ErrnoException).code });
  }
};

const readerOf = ({ fs }: RecoveryOptions, { segment, fileBytes }: Found, before: number): SegmentReader =>
  new SegmentReader(
    { fs },
    segment.path,
    {
      saltSum: segment.saltSum,
      offset: SEGMENT_HEADER_BYTES,
      sequence: segment.firstSequence - 1,
      end: fileBytes,
      before,
    },
    WINDOW_BYTES,
  );
