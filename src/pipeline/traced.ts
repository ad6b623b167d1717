import { tap } from '../sdk/rx.ts';
import type { EventBatch, Processor } from '../sdk/index.ts';
import type { BatchTrace } from './tracing.ts';

/** A step within its span, for one batch; the span ends once, however the step does. */
export const traced =
  (id: string, processor: Processor, trace: BatchTrace): Processor =>
  (batches) => {
    let end: (() => void) | undefined;
    const ended = (): void => {
      end?.();
      end = undefined;
    };
    return batches.pipe(
      tap<EventBatch>(() => (end = trace.begin('process', id))),
      processor,
      tap({ next: ended, error: ended, complete: ended }),
    );
  };
