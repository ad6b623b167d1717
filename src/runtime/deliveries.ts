import type { CheckedConfig } from '../config/checked-config.ts';
import type { DeadLetters } from '../delivery/dead-letters.ts';
import { createDelivery, type Delivery } from '../delivery/delivery.ts';
import type { Clock } from '../event/time.ts';
import type { Journal, JournalCursor } from '../journal/journal.ts';
import type { DeliveryMetrics } from '../delivery/metrics.ts';
import type { ComponentContext } from '../sdk/index.ts';
import type { BatchSpans } from '../telemetry/batch-spans.ts';
import { tracedExporter } from './traced-exporter.ts';

export interface DeliveryWiring {
  readonly config: CheckedConfig;
  readonly journal: Journal;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: DeliveryMetrics | undefined;
  readonly spans: BatchSpans | undefined;
  readonly contextOf: (id: string) => ComponentContext;
}

/** A delivery around each exporter, at its own place in the journal. */
export const buildDeliveries = (
  wiring: DeliveryWiring,
): ReadonlyMap<string, { readonly delivery: Delivery; readonly cursor: JournalCursor }> =>
  new Map(
    wiring.config.exporters.map(({ id, plugin, config: own, delivery: settings }) => {
      const pipelines = wiring.config.pipelines.filter(({ exporters }) => exporters.includes(id));
      const cursor = wiring.journal.cursor(id, {
        from: settings.from,
        pipelines: new Set(pipelines.map(({ name }) => name)),
      });
      const context = wiring.contextOf(id);
      const delivery = createDelivery({
        id,
        exporter: tracedExporter(id, plugin.create(own, context), wiring.spans),
        cursor,
        deadLetters: wiring.deadLetters,
        batch: {
          maxEvents: settings.batch.maxEvents ?? plugin.batch.maxEvents,
          maxBytes: settings.batch.maxBytes ?? plugin.batch.maxBytes,
          maxWaitMs: settings.batch.maxWaitMs ?? plugin.batch.maxWaitMs,
          concurrency: settings.batch.concurrency ?? plugin.batch.concurrency ?? 1,
        },
        cuts: plugin.cuts ?? false,
        retry: settings.retry,
        breaker: settings.breaker,
        timeoutMs: settings.timeoutMs,
        clock: wiring.clock,
        random: wiring.random,
        log: context.log,
        metrics: wiring.metrics,
      });
      return [id, { delivery, cursor }];
    }),
  );
