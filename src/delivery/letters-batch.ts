import type { CanonicalEvent } from '../event/schema.ts';
import { parseInstant, type Instant } from '../event/time.ts';
import type { LineRef, StoredBatch } from '../sdk/index.ts';
import { batchOfFrames } from './frames-batch.ts';

/** Canonical lines as one batch, with the index that the journal would have kept of them. */
export const batchOfLines = (lines: readonly string[]): StoredBatch => {
  const bytes = lines.map((line) => Buffer.from(`${line}\n`));
  let offset = 0;
  const index = lines.map((line, i): LineRef => {
    const length = bytes[i]!.length - 1;
    const ref = { ...referenceOf(JSON.parse(line) as CanonicalEvent), offset, length };
    offset += length + 1;
    return ref;
  });
  return batchOfFrames([{ sequence: 0, pipeline: '', count: lines.length, lines: Buffer.concat(bytes), index }]);
};

const referenceOf = (event: CanonicalEvent): Omit<LineRef, 'offset' | 'length'> => ({
  eventId: event.eventId,
  tenantId: event.tenantId,
  category: event.category,
  timestamp: instantOf(event.timestamp),
  receivedAt: instantOf(event.receivedAt),
  senderNamed: event.integrity.fingerprint !== undefined,
});

const instantOf = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (typeof parsed === 'string') throw new TypeError(`a canonical event has a time that does not parse (${parsed})`);
  return parsed.instant;
};
