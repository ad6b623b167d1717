// A batch to the parameters of `betalogs_write`. Pure. Nothing is parsed here: Postgres reads the columns from the lines.
import type { LineRef, StoredBatch } from '../../../src/sdk/index.ts';
import { cleanJson, mayNeedCleaning } from './clean.ts';

export interface WriteParameters {
  /** In the order of the function's parameters. */
  readonly texts: readonly [tenants: string, timesNs: string, cleanedAt: string, cleanedDocs: string];
  /** The last one. */
  readonly bytes: Buffer;
}

const NEWLINE_BYTES = 1;

/** The events at `positions`, or all of them; positions among the parameters count from 0 in that order. */
export const encode = (batch: StoredBatch, positions?: readonly number[]): WriteParameters => {
  const refs = positions === undefined ? batch.index : positions.map((position) => batch.index[position]!);
  const text = positions === undefined ? withoutLastNewline(batch.lines) : joinLines(batch.lines, refs);
  const tenants = new Set<string>();
  let timesNs = '';
  for (const { tenantId, timestamp } of refs) {
    tenants.add(tenantId);
    timesNs += timesNs === '' ? nsText(timestamp) : `,${nsText(timestamp)}`;
  }
  const cleaned = mayNeedCleaning(text) ? cleanedLines(text) : NOTHING;
  const cleanedAt = cleaned.map(({ position }) => position).join(',');
  const cleanedDocs = cleaned.map(({ doc }) => doc).join('\n');
  return { texts: [[...tenants].join(','), `{${timesNs}}`, `{${cleanedAt}}`, cleanedDocs], bytes: text };
};

const withoutLastNewline = (lines: Uint8Array): Buffer =>
  Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength - NEWLINE_BYTES);

const joinLines = (lines: Uint8Array, refs: readonly LineRef[]): Buffer =>
  withoutLastNewline(Buffer.concat(refs.map(({ offset, length }) => lines.subarray(offset, offset + length + 1))));

interface Cleaned {
  readonly position: number;
  readonly doc: string;
}
const NOTHING: readonly Cleaned[] = [];

const cleanedLines = (text: Buffer): readonly Cleaned[] =>
  text
    .toString()
    .split('\n')
    .flatMap((line, position) => {
      const doc = cleanJson(line);
      return doc === undefined ? NOTHING : [{ position, doc }];
    });

/** Nanoseconds since 1970 as digits; a bigint only before 1970. */
const nsText = ({ seconds, nanos }: LineRef['timestamp']): string => {
  if (seconds > 0) return `${seconds}${String(nanos).padStart(9, '0')}`;
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
};
