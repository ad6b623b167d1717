// What decided the events' groups, counted as they are written: who forgot to pass on the context is who has singletons.
import type { BatchItem } from '../sdk/index.ts';
import type { Counters } from './counters.ts';

/** Under these names among the components' counts; a component's id has no blank. */
export const METHODS = 'correlation methods';
export const SINGLETONS = 'correlation singletons';

/** Once a batch: a batch is of few methods, and its singletons of one tenant and source. */
export const countCorrelations = (items: readonly BatchItem[], counters: Counters): void => {
  const methods = new Map<string, number>();
  const singletons = new Map<string, Map<string, number>>();
  for (const { event } of items) {
    if (event === undefined) continue;
    const { method } = event.correlation;
    methods.set(method, (methods.get(method) ?? 0) + 1);
    if (method !== 'singleton') continue;
    let sources = singletons.get(event.tenantId);
    if (sources === undefined) singletons.set(event.tenantId, (sources = new Map()));
    sources.set(event.source.kind, (sources.get(event.source.kind) ?? 0) + 1);
  }
  for (const [method, count] of methods) counters.add(METHODS, method, count);
  for (const [tenant, sources] of singletons)
    for (const [source, count] of sources) counters.add(SINGLETONS, source, count, tenant);
};
