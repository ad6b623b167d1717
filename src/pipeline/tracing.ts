import type { BatchItem } from '../sdk/index.ts';

/** The spans of one batch, from its receiver to the journal. */
export interface BatchTrace {
  /** Runs the work with the batch's span active: what is logged meanwhile names it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Begins the span of a stage; what it returns ends it. */
  begin(stage: string, component: string): () => void;
  end(): void;
}

export interface PipelineTracing {
  /** Undefined where the batch is not recorded: not sampled, or of the collector's own spans. Keeps none of the items. */
  receive(receiver: string, tenant: string, items: readonly BatchItem[]): BatchTrace | undefined;
}
