// The payloads of cursor, cut, checkpoint and audit frames: small JSON, so that a later version can add to it.
import { z } from 'zod';
import type { SequenceRange } from '../read/ack-set.ts';

const sequence = z.int().min(0);
const ranges = z.array(z.tuple([sequence, sequence]));

const cursorRecord = z.object({
  exporter: z.string(),
  low: sequence,
  ranges,
  pipelines: z.array(z.string()),
  /** The exporter was abandoned: it has no place any more. */
  gone: z.boolean().optional(),
});
const cutRecord = z.object({ exporter: z.string(), key: z.string(), ranges });
const checkpointRecord = z.object({
  cursors: z.array(cursorRecord),
  cuts: z.array(cutRecord),
  /** The books' counters, as whoever keeps them wrote them. */
  counters: z.record(z.string(), z.unknown()),
});

/** An exporter's place, whole: the last one read is the one that counts. */
export type CursorRecord = z.infer<typeof cursorRecord>;
export type CutRecord = z.infer<typeof cutRecord>;
/** Everything that must be known when all earlier segments are gone. */
export type CheckpointRecord = z.infer<typeof checkpointRecord>;

/** Who did, or tried, what: names, never a value of what was sent. Only written here; the exporters pass it by. */
export interface AuditRecord {
  readonly operation: string;
  readonly tenant: string;
  readonly principal: string;
  readonly decision: 'allow' | 'deny';
  /** RFC 3339. */
  readonly time: string;
  readonly [more: string]: unknown;
}

export const encodeRecord = (record: CursorRecord | CutRecord | CheckpointRecord | AuditRecord): Buffer =>
  Buffer.from(JSON.stringify(record), 'utf8');

const decoder =
  <Schema extends z.ZodType>(schema: Schema) =>
  /** Undefined: not a record of this version; the frame's sum was right, so another version wrote it. */
  (payload: Buffer): z.output<Schema> | undefined => {
    const parsed = schema.safeParse(parseJson(payload));
    return parsed.success ? parsed.data : undefined;
  };

const parseJson = (payload: Buffer): unknown => {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
};

export const decodeCursor = decoder(cursorRecord);
export const decodeCut = decoder(cutRecord);
export const decodeCheckpoint = decoder(checkpointRecord);

/** Runs of consecutive sequences, in the order given. */
export const toRanges = (sequences: readonly number[]): [number, number][] => {
  const runs: [number, number][] = [];
  for (const next of sequences) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === next) run[1] = next;
    else runs.push([next, next]);
  }
  return runs;
};

export const fromRanges = (runs: readonly SequenceRange[]): number[] =>
  runs.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
