import type { ExportOutcome, StoredBatch } from '../sdk/index.ts';
import type { DeadLetter } from './dead-letters.ts';

/** Of each call to an exporter. */
export interface ExportAttempt {
  /** The exporter's component id. */
  readonly exporter: string;
  readonly batch: StoredBatch;
  /** One an event, in the batch's order. */
  readonly outcomes: readonly ExportOutcome[];
  /** How long the store took. */
  readonly seconds: number;
  /** 1 for the first attempt of these events. */
  readonly attempt: number;
}

/** What is told of deliveries, once a batch; calls must be quick and must not throw. */
export interface DeliveryMetrics {
  attempted(attempt: ExportAttempt): void;
  /** They are durable. */
  buried(letters: readonly DeadLetter[]): void;
}
