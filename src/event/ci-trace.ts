// The trace of a GitHub workflow run, which GitHub does not name: derived as the OpenTelemetry GitHub receiver derives it.
import { hash } from 'node:crypto';

export interface CiTrace {
  readonly traceId: string;
  /** The run's own span, the root of its jobs' spans. */
  readonly spanId: string;
}

/**
 * The bytes hashed are ASCII: the run id in decimal, the attempt in decimal, and one letter, with nothing between
 * them. Run 30433642, attempt 1: SHA-256 of `304336421t`, hex digits 0 to 31, is the trace; SHA-256 of `304336421s`,
 * hex digits 16 to 31, is the span.
 */
export const ciTraceOf = (runId: string | number, attempt: number = 1): CiTrace => ({
  traceId: hash('sha256', `${runId}${attempt}t`).slice(0, 32),
  spanId: hash('sha256', `${runId}${attempt}s`).slice(16, 32),
});

const RUN_EVENTS: ReadonlySet<string> = new Set(['workflow_run', 'workflow_job']);

/** Is an event of this webhook type one of a run or a job, so that it belongs to the run's trace? */
export const isRunEvent = (event: string): boolean => RUN_EVENTS.has(event);
