import type { CheckedConfig } from '../config/checked-config.ts';
import type { Clock } from '../event/time.ts';
import type { Journal } from '../journal/journal.ts';
import type { Counters } from '../pipeline/counters.ts';
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts';
import { createRecentIds } from '../pipeline/recent-ids.ts';
import { createViolations } from '../pipeline/violations.ts';
import { createBufferPool } from '../sdk/buffer-pool.ts';
import type { ComponentContext, Log } from '../sdk/index.ts';

export interface PipelineWiring {
  readonly config: CheckedConfig;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly log: Log;
  readonly clock: Clock;
  readonly contextOf: (id: string) => ComponentContext;
}

/** Builds the configured pipelines; a processor that two pipelines name is created once for each. */
export const buildPipelines = ({
  config,
  journal,
  counters,
  log,
  clock,
  contextOf,
}: PipelineWiring): readonly Pipeline[] => {
  const pool = createBufferPool();
  const recent = createRecentIds();
  const processors = new Map(config.processors.map((component) => [component.id, component]));
  return config.pipelines.map((pipeline) =>
    createPipeline({
      name: pipeline.name,
      steps: pipeline.processors.map((id) => {
        const { plugin, config: own } = processors.get(id)!;
        return { id, processor: plugin.create(own, contextOf(id)) };
      }),
      journal,
      pool,
      recent,
      counters,
      log,
      violations: createViolations(clock),
    }),
  );
};
