import { tap } from '../sdk/rx.ts';
import type { EventBatch, Outcome, Processor } from '../sdk/index.ts';
import type { Counters } from './counters.ts';

/** Counts a step's verdicts, once a batch: `pass`, `drop:<reason>`, `reject:<code>`. */
export const counted =
  (id: string, processor: Processor, counters: Counters): Processor =>
  (batches) => {
    let settledBefore = 0;
    let withdrawnBefore = 0;
    return batches.pipe(
      tap(({ settled, withdrawn }: EventBatch) => {
        settledBefore = settled.size;
        withdrawnBefore = withdrawn.length;
      }),
      processor,
      tap((batch: EventBatch) => {
        counters.add(id, 'pass', batch.items.length);
        for (const outcome of batch.withdrawn.slice(withdrawnBefore)) counters.add(id, labelOf(outcome), 1);
        if (batch.settled.size === settledBefore) return;
        for (const outcome of [...batch.settled.values()].slice(settledBefore)) counters.add(id, labelOf(outcome), 1);
      }),
    );
  };

const labelOf = (outcome: Outcome): string => {
  if (outcome.status === 'filtered') return `drop:${outcome.reason}`;
  if (outcome.status === 'rejected') return `reject:${outcome.errors[0]?.code ?? 'unknown'}`;
  return outcome.status;
};
