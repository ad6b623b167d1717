import type { CheckedConfig } from '../config/checked-config.ts';
import type { ComponentContext, EventQueries, KeyRing } from '../sdk/index.ts';
import { createEventStore } from '../store/event-store.ts';

/** The store to read: that of the first configured exporter whose plugin offers a reader. */
export const openStore = (
  { exporters }: CheckedConfig,
  keys: KeyRing,
  contextOf: (id: string) => ComponentContext,
): EventQueries | undefined => {
  const readable = exporters.find(({ plugin }) => plugin.reader !== undefined);
  const reader = readable?.plugin.reader?.(readable.config, contextOf(readable.id));
  return reader === undefined ? undefined : createEventStore({ reader, keys });
};
