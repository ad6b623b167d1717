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
      for (const [key, count] of countBy(batch, outcomes)) {
        const [label, tenant] = split(key);
        events.add(exporter, label, count, tenant);
      }
    },
    buried: (buried: readonly DeadLetter[]) => {
      for (const { stage, component, code, tenant } of buried) {
        letters.add(stage, code, 1, tenant);
        if (stage === 'exporter') events.add(component, 'dead', 1, tenant);
      }
    },
  };
};

/** Events by outcome and tenant: most batches have one of each. What is dead is counted when it is buried. */
const countBy = ({ index }: StoredBatch, outcomes: readonly ExportOutcome[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const [i, { status }] of outcomes.entries()) {
    if (status === 'dead') continue;
    const key = `${status === 'stored' ? 'stored' : 'retry'} ${index[i]!.tenantId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

const split = (key: string): readonly [label: string, tenant: string] => {
  const at = key.indexOf(' ');
  return [key.slice(0, at), key.slice(at + 1)];
};
