// Archived lines as an exporter gets them: the bytes as they are, and an index made by reading them.
import type { CanonicalEvent } from '../event/schema.ts';
import { parseInstant, type Instant } from '../event/time.ts';
import type { LineRef, StoredBatch } from '../sdk/index.ts';

const NEWLINE = 0x0a;

export interface ArchivedLine {
  /** With its newline. */
  readonly bytes: Buffer;
  readonly event: CanonicalEvent;
  readonly receivedAt: Instant;
  readonly timestamp: Instant;
}

/** Undefined in the place of a line that is no event of ours. */
export function* readLines(lines: Buffer): Generator<ArchivedLine | undefined> {
  for (let start = 0; start < lines.length;) {
    const newline = lines.indexOf(NEWLINE, start);
    const end = newline < 0 ? lines.length : newline + 1;
    yield toLine(lines.subarray(start, end));
    start = end;
  }
}

const toLine = (bytes: Buffer): ArchivedLine | undefined => {
  const event = parse(bytes);
  const receivedAt = toInstant(event?.receivedAt);
  const timestamp = toInstant(event?.timestamp);
  if (event === undefined || receivedAt === undefined || timestamp === undefined) return undefined;
  return { bytes, event, receivedAt, timestamp };
};

const parse = (bytes: Buffer): CanonicalEvent | undefined => {
  try {
    return JSON.parse(bytes.toString('utf8')) as CanonicalEvent;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const toInstant = (text: unknown): Instant | undefined => {
  if (typeof text !== 'string') return undefined;
  const parsed = parseInstant(text);
  return typeof parsed === 'string' ? undefined : parsed.instant;
};

/** The lines as one batch, in order. */
export const batchOfLines = (lines: readonly ArchivedLine[]): StoredBatch => {
  let offset = 0;
  const index = lines.map(({ bytes, event, receivedAt, timestamp }): LineRef => {
    const length = bytes.length - 1;
    const ref = {
      eventId: event.eventId,
      tenantId: event.tenantId,
      category: event.category,
      timestamp,
      receivedAt,
      senderNamed: event.integrity.fingerprint !== undefined,
      offset,
      length,
    };
    offset += bytes.length;
    return ref;
  });
  return {
    lines: Buffer.concat(lines.map(({ bytes }) => bytes)),
    index,
    count: lines.length,
    event: (i) => lines[i]!.event,
  };
};
