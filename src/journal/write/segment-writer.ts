// The segment that grows. After the first failure nothing more is written to its file, and it is never synced again.
import { join } from 'node:path';
import { encodeFrameHeader, FRAME_HEADER_BYTES, FRAME_TYPES, sumOfSalt } from '../format/frame.ts';
import { isDiskFull, writeFully, type FileSystem } from '../file-system.ts';
import { encodeSegmentHeader, SALT_BYTES, SEGMENT_HEADER_BYTES, segmentName } from '../format/segment-header.ts';
import { Segment } from '../segment.ts';

/** What is to become a frame; its sequence and sums are made when it is written. */
export interface FrameContent {
  readonly type: number;
  readonly parts: readonly Uint8Array[];
}

/** A frame that is durable now. */
export interface WrittenFrame {
  readonly sequence: number;
  readonly offset: number;
}

export interface SegmentWriter {
  readonly segment: Segment;
  /** Writes and syncs; when it resolves the frames are durable, the new file's name included. */
  append(contents: readonly FrameContent[]): Promise<readonly WrittenFrame[]>;
  /** Nothing more is written. */
  close(): Promise<void>;
  /** A write failed with `error`: what is not durable is left behind, or given back to a disk that is full. */
  abandon(error: unknown): Promise<void>;
}

export interface NewSegment {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly firstSequence: number;
  /** The first frame's payload. */
  readonly checkpoint: Buffer;
}

export const createSegment = async ({ fs, directory, ...start }: NewSegment): Promise<SegmentWriter> => {
  const salt = fs.random(SALT_BYTES);
  const segment = new Segment(directory, segmentName(start.firstSequence), start.firstSequence, sumOfSalt(salt));
  const file = await fs.create(join(directory, segmentName(start.firstSequence)));
  let isNew = true;

  const layOut = (contents: readonly FrameContent[]): { parts: Uint8Array[]; frames: WrittenFrame[]; end: number } => {
    const parts: Uint8Array[] = isNew ? [encodeSegmentHeader(start.firstSequence, salt)] : [];
    const frames: WrittenFrame[] = [];
    let sequence = isNew ? start.firstSequence : segment.lastSequence + 1;
    let offset = isNew ? SEGMENT_HEADER_BYTES : segment.bytes;
    for (const content of contents) {
      parts.push(encodeFrameHeader({ ...content, sequence }, segment.saltSum), ...content.parts);
      frames.push({ sequence, offset });
      offset += FRAME_HEADER_BYTES + bytesOf(content);
      sequence++;
    }
    return { parts, frames, end: offset };
  };

  const append = async (contents: readonly FrameContent[]): Promise<readonly WrittenFrame[]> => {
    const checkpoint = { type: FRAME_TYPES.checkpoint, parts: [start.checkpoint] };
    const { parts, frames, end } = layOut(isNew ? [checkpoint, ...contents] : contents);
    await writeFully(file, parts, isNew ? 0 : segment.bytes);
    await file.datasync();
    if (isNew) await fs.syncDirectory(directory);
    const written = isNew ? frames.slice(1) : frames;
    isNew = false;
    segment.bytes = end;
    segment.lastSequence = frames.at(-1)!.sequence;
    return written;
  };

  const abandon = async (error: unknown): Promise<void> => {
    if (isDiskFull(error) && !isNew) await attempt(() => file.truncate(segment.bytes));
    await attempt(() => file.close());
    if (isNew) await attempt(() => fs.remove(segment.path));
  };

  return { segment, append, abandon, close: () => file.close() };
};

export const bytesOf = ({ parts }: FrameContent): number => parts.reduce((sum, { length }) => sum + length, 0);

/** Cleaning up after a failure: the failure itself is what is reported, and recovery copes with what is left. */
const attempt = async (step: () => Promise<void>): Promise<void> => {
  try {
    await step();
  } catch {
    return;
  }
};
