// The stream's answer to an outcome, and nothing else.
import { stored, type ExportOutcome } from '../../../src/sdk/index.ts';

/** A reader that is gone is no reason to hold a cursor: what is only printed is never owed. */
const NOBODY_READS: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Undefined: not an error of the stream's. */
export const classify = (error: unknown): ExportOutcome | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (NOBODY_READS.has(code)) return stored;
  return typeof code === 'string' ? { status: 'retry', reason: code } : undefined;
};
