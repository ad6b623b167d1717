import type { DeadLetter } from '../delivery/dead-letters.ts';
import type { DeliveryMetrics } from '../delivery/metrics.ts';
import { type Counters, createCounters } from '../pipeline/counters.ts';
import type { ExportOutcome, StoredBatch } from '../sdk/index.ts';

/** What became of events at their stores, by tenant. */
export interface DeliveryCounts extends DeliveryMetrics {
  /** By exporter and outcome: `stored` and `dead` once an event, `retry` once an attempt. */
  readonly events: Counters;
  /** By stage and code. */
  readonly letters: Counters;
}

export const createDeliveryCounts = (onExported: (seconds: number) => void): DeliveryCounts => {
  const events = createCounters();
  const letters = createCounters();
  return {
    events,
    letters,
    attempted: ({ exporter, batch, outcomes, seconds }) => {
      onExported(seconds);
      for (const { label, tenant, count } of runsOf(batch, outcomes)) events.add(exporter, label, count, tenant);
    },
    buried: (buried: readonly DeadLetter[]) => {
      for (const { stage, component, code, tenant } of buried) {
        letters.add(stage, code, 1, tenant);
        if (stage === 'exporter') events.add(component, 'dead', 1, tenant);
      }
    },
  };
};

interface Run {
  readonly label: 'stored' | 'retry';
  readonly tenant: string;
  count: number;
}

/** Neighbours of one outcome and tenant together: most batches are one run. What is dead is counted when it is buried. */
const runsOf = ({ index }: StoredBatch, outcomes: readonly ExportOutcome[]): readonly Run[] => {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (let i = 0; i < outcomes.length; i++) {
    const { status } = outcomes[i]!;
    if (status === 'dead') continue;
    const label = status === 'stored' ? 'stored' : 'retry';
    const tenant = index[i]!.tenantId;
    if (run?.label !== label || run.tenant !== tenant) runs.push((run = { label, tenant, count: 0 }));
    run.count++;
  }
  return runs;
};
