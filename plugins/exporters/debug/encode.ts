// A batch to the text that a person reads. Events are redacted long before they come here.
import type { StoredBatch } from '../../../src/sdk/index.ts';

export const VERBOSITIES = ['basic', 'normal', 'detailed'] as const;
export type Verbosity = (typeof VERBOSITIES)[number];

/** One line a batch, one an event, or the events themselves. */
export const encode = (batch: StoredBatch, verbosity: Verbosity): string => ENCODERS[verbosity](batch);

const ENCODERS: Readonly<Record<Verbosity, (batch: StoredBatch) => string>> = {
  basic: (batch) => `debug: ${batch.count} events, ${batch.lines.length} bytes: ${countsOf(batch)}\n`,
  normal: (batch) => Array.from({ length: batch.count }, (_, i) => summaryOf(batch, i)).join(''),
  detailed: ({ lines }) => Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString('utf8'),
};

const countsOf = ({ index }: StoredBatch): string => {
  const counts = new Map<string, number>();
  for (const { category } of index) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts].map(([category, count]) => `${category} ${count}`).join(', ');
};

const summaryOf = (batch: StoredBatch, i: number): string => {
  const { eventId, tenantId, timestamp, category, action, outcome, correlation } = batch.event(i);
  return `debug: ${timestamp} ${tenantId} ${category} ${action} ${outcome} ${eventId} ${correlation.correlationId}\n`;
};
