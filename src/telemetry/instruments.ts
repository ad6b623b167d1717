// The metrics by their Prometheus names. Counts are kept elsewhere and read when somebody asks: nothing is added twice.
import type { Attributes, Meter } from '@opentelemetry/api';

/** A value and its labels. */
export interface Measured {
  readonly value: number;
  readonly labels: Attributes;
}

/** Where the values are read. */
export interface MetricSource {
  receiverEvents(): Iterable<Measured>;
  processorEvents(): Iterable<Measured>;
  exporterEvents(): Iterable<Measured>;
  correlationEvents(): Iterable<Measured>;
  correlationSingletons(): Iterable<Measured>;
  deadLetters(): Iterable<Measured>;
  journalBytes(): number;
  oldestUndelivered(): Iterable<Measured>;
}

/** What is measured as it happens. */
export interface Timings {
  answered(seconds: number): void;
  exported(seconds: number): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const createTimings = (meter: Meter): Timings => {
  const histogram = (name: string, description: string) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: SECONDS } });
  const ack = histogram('betalogs_ack_seconds', 'From a decoded batch to the answer that it is durable.');
  const exported = histogram('betalogs_export_seconds', 'One attempt at a store.');
  return {
    answered: (seconds) => ack.record(seconds),
    exported: (seconds) => exported.record(seconds),
  };
};

type Reading = readonly [name: string, description: string, read: () => Iterable<Measured>];

export const observe = (meter: Meter, source: MetricSource): void => {
  const counters: readonly Reading[] = [
    ['betalogs_receiver_events_total', 'Events by what their sender was told.', source.receiverEvents],
    ['betalogs_processor_events_total', 'Events by the verdict of a processor.', source.processorEvents],
    ['betalogs_exporter_events_total', 'Events by the answer of a store.', source.exporterEvents],
    ['betalogs_correlation_events_total', 'Events by what decided their group.', source.correlationEvents],
    [
      'betalogs_correlation_singletons_total',
      'Events that belong to nothing: whose senders pass on no context.',
      source.correlationSingletons,
    ],
    ['betalogs_dead_letters_total', 'Events that were set aside.', source.deadLetters],
  ];
  const gauges: readonly Reading[] = [
    ['betalogs_journal_bytes', 'Bytes of the journal on disk.', () => [{ value: source.journalBytes(), labels: {} }]],
    [
      'betalogs_journal_oldest_undelivered_seconds',
      'Age of the oldest event that an exporter has not stored; 0 when it has caught up.',
      source.oldestUndelivered,
    ],
  ];
  for (const [name, description, read] of counters)
    meter.createObservableCounter(name, { description }).addCallback((result) => {
      for (const { value, labels } of read()) result.observe(value, labels);
    });
  for (const [name, description, read] of gauges)
    meter.createObservableGauge(name, { description }).addCallback((result) => {
      for (const { value, labels } of read()) result.observe(value, labels);
    });
};
