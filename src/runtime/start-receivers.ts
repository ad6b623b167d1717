import type { CheckedConfig } from '../config/checked-config.ts';
import type { DeadLetters } from '../delivery/dead-letters.ts';
import type { DeliveryMetrics } from '../delivery/metrics.ts';
import type { Clock } from '../event/time.ts';
import type { Journal } from '../journal/journal.ts';
import { createBudget } from '../pipeline/budget.ts';
import type { Counters } from '../pipeline/counters.ts';
import { createIntake } from '../pipeline/intake.ts';
import type { PipelineTracing } from '../pipeline/tracing.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Authenticator, Endpoint, ReceiverContext } from '../sdk/index.ts';
import type { Scope } from './scope.ts';

export interface ReceiverWiring {
  readonly config: CheckedConfig;
  readonly pipelines: readonly Pipeline[];
  readonly authenticator: Authenticator & { knows(tenant: string): boolean };
  readonly deadLetters: DeadLetters;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly metrics: DeliveryMetrics | undefined;
  readonly tracing: PipelineTracing | undefined;
  readonly onAnswered: ((seconds: number) => void) | undefined;
  readonly contextOf: (id: string) => ReceiverContext;
}

/** Starts the receivers last, when everything behind them runs; they stop first. */
export const startReceivers = async (scope: Scope, wiring: ReceiverWiring): Promise<readonly Endpoint[]> => {
  const { config, pipelines, contextOf, deadLetters, metrics, ...shared } = wiring;
  const budget = createBudget(config.service.intake);
  const endpoints: Endpoint[] = [];
  for (const { id, plugin, config: own } of config.receivers) {
    const fed = new Set(config.pipelines.filter(({ receivers }) => receivers.includes(id)).map(({ name }) => name));
    const intake = createIntake({
      ...shared,
      budget,
      receiver: id,
      knows: (tenant) => shared.authenticator.knows(tenant),
      bury: async (refused) => {
        const letters = refused.map((letter) => ({ ...letter, stage: 'receiver', component: id }) as const);
        await deadLetters.write(letters);
        metrics?.buried(letters);
      },
      pipelines: pipelines.filter(({ name }) => fed.has(name)),
    });
    const receiver = plugin.create(own, contextOf(id));
    scope.stack.defer(async () => {
      intake.close();
      await receiver.stop(scope.deadline);
    });
    endpoints.push(...(await receiver.start(intake)));
  }
  return endpoints;
};
