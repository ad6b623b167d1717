import type { CheckedConfig } from '../config/checked-config.ts';
import { instantToMs, type Clock } from '../event/time.ts';
import type { Journal, JournalCursor } from '../journal/journal.ts';
import { METHODS, SINGLETONS } from '../pipeline/count-correlations.ts';
import type { Counters, CountSeries } from '../pipeline/counters.ts';
import type { Measured, MetricSource } from '../telemetry/instruments.ts';
import type { DeliveryCounts } from './delivery-counts.ts';
import { secondsBehind } from './status.ts';

export interface MetricParts {
  readonly config: CheckedConfig;
  readonly counters: Counters;
  readonly delivered: DeliveryCounts;
  readonly journal: Journal;
  readonly cursors: ReadonlyMap<string, JournalCursor>;
  readonly clock: Clock;
}

type Named = CountSeries & { readonly tenant: string };

/** The metrics' values, from the counts that the collector keeps anyway. */
export const createMetricSource = (parts: MetricParts): MetricSource => {
  const { config, counters, delivered, journal, cursors, clock } = parts;
  const receivers = new Set(config.receivers.map(({ id }) => id));
  const processors = new Set(config.processors.map(({ id }) => id));
  return {
    // What has no tenant counts requests, not events.
    receiverEvents: () =>
      [...counters.series()]
        .filter((series): series is Named => receivers.has(series.component) && series.tenant !== undefined)
        .map(({ component, tenant, label, count }) => measured(count, { receiver: component, tenant, outcome: label })),
    processorEvents: () =>
      [...counters.series()]
        .filter(({ component, tenant }) => processors.has(component) && tenant === undefined)
        .map(({ component, label, count }) => measured(count, { processor: component, ...toVerdict(label) })),
    exporterEvents: () =>
      [...delivered.events.series()].map(({ component, tenant = '', label, count }) =>
        measured(count, { exporter: component, tenant, outcome: label }),
      ),
    correlationEvents: () =>
      [...counters.series()]
        .filter(({ component }) => component === METHODS)
        .map(({ label, count }) => measured(count, { method: label })),
    correlationSingletons: () =>
      [...counters.series()]
        .filter(({ component }) => component === SINGLETONS)
        .map(({ label, tenant = '', count }) => measured(count, { tenant, source: label })),
    deadLetters: () =>
      [...delivered.letters.series()].map(({ component, tenant = '', label, count }) =>
        measured(count, { stage: component, code: label, tenant }),
      ),
    journalBytes: () => journal.bytes(),
    oldestUndelivered: () => {
      const nowMs = instantToMs(clock.now());
      return [...cursors].map(([exporter, cursor]) => measured(secondsBehind(cursor, nowMs), { exporter }));
    },
  };
};

const measured = (value: number, labels: Measured['labels']): Measured => ({ value, labels });

/** `drop:environment` as a verdict and its reason. */
const toVerdict = (label: string): { readonly verdict: string; readonly reason: string } => {
  const at = label.indexOf(':');
  return at < 0 ? { verdict: label, reason: '' } : { verdict: label.slice(0, at), reason: label.slice(at + 1) };
};
