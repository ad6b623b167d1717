// The trace of a GitHub workflow run or job (CORRELATION.md 1, method 3): from the run, not from a sender's context.
import { ciTraceOf, isRunEvent, type CiTrace } from '../../../src/event/ci-trace.ts';
import type { CanonicalEvent } from '../../../src/event/schema.ts';

/** Undefined: the event is not one of a workflow run or job. */
export const derivedTraceOf = ({ github }: CanonicalEvent): CiTrace | undefined => {
  if (github?.workflow === undefined || !isRunEvent(github.event)) return undefined;
  return ciTraceOf(String(github.workflow.runId), github.workflow.runAttempt);
};

/** Is this trace the derived one, as the mapping of webhooks has already set it? */
export const isDerivedTrace = (event: CanonicalEvent, traceId: string): boolean =>
  derivedTraceOf(event)?.traceId === traceId;
