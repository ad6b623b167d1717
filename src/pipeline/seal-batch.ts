import { sealInto } from '../event/seal.ts';
import { parseInstant } from '../event/time.ts';
import type { Instant } from '../event/time.ts';
import type { EventFrame } from '../journal/journal.ts';
import type { BufferPool } from '../sdk/buffer-pool.ts';
import type { BatchItem, LineRef } from '../sdk/index.ts';

/** Serialises each event once, into one buffer that the journal and every store read from. */
export interface Sealer {
  /** Nothing of the events is held: they may go as soon as they are added. */
  add(items: readonly BatchItem[]): void;
  isEmpty(): boolean;
  /** What was added. Its lines are a view of the pooled buffer. */
  frame(): EventFrame;
  /** Gives the buffer back: the frame is worth nothing any more. */
  release(): void;
}

const NEWLINE = 0x0a;
/** A canonical line is this much longer than what was received, as a first guess. */
const GROWTH = 2;
const PER_EVENT = 1024;

/** `expected`: the items that will come, at most. */
export const createSealer = (pipeline: string, expected: readonly BatchItem[], pool: BufferPool): Sealer => {
  let buffer = pool.take(expected.reduce((sum, { raw }) => sum + raw.rawSize * GROWTH + PER_EVENT, 0));
  const index: LineRef[] = [];
  let offset = 0;

  const seal = (item: BatchItem): void => {
    let end = sealInto(item.event!, item.raw.rawSize, buffer, offset);
    while (end < 0 || end >= buffer.length) {
      buffer = grown(buffer, offset, pool);
      end = sealInto(item.event!, item.raw.rawSize, buffer, offset);
    }
    buffer[end] = NEWLINE;
    index.push(lineRef(item, offset, end - offset));
    offset = end + 1;
  };

  return {
    add: (items) => items.forEach(seal),
    isEmpty: () => index.length === 0,
    frame: () => ({ pipeline, lines: buffer.subarray(0, offset), index }),
    release: () => pool.give(buffer),
  };
};

const grown = (buffer: Buffer, used: number, pool: BufferPool): Buffer => {
  const larger = pool.take(buffer.length * 2);
  buffer.copy(larger, 0, 0, used);
  pool.give(buffer);
  return larger;
};

const lineRef = ({ raw, event }: BatchItem, offset: number, length: number): LineRef => ({
  eventId: event!.eventId,
  tenantId: event!.tenantId,
  category: event!.category,
  timestamp: raw.instant ?? instantOf(event!.timestamp),
  receivedAt: raw.receivedAt,
  senderNamed: event!.integrity.fingerprint !== undefined,
  offset,
  length,
});

const instantOf = (canonical: string): Instant => {
  const parsed = parseInstant(canonical);
  if (typeof parsed === 'string') throw new TypeError(`normalize left a timestamp that does not parse (${parsed})`);
  return parsed.instant;
};
