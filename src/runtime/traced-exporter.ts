import type { Exporter } from '../sdk/index.ts';
import type { BatchSpans } from '../telemetry/batch-spans.ts';

/** An exporter each of whose attempts has a span. */
export const tracedExporter = (id: string, exporter: Exporter, spans: BatchSpans | undefined): Exporter =>
  spans === undefined
    ? exporter
    : {
        ...(exporter.start && { start: () => exporter.start!() }),
        export: (batch, signal) => spans.export(id, batch, () => exporter.export(batch, signal)),
        stop: () => exporter.stop(),
      };
