import type { CheckedConfig } from '../config/checked-config.ts';
import type { ComponentContext, EventReader, KeyRing } from '../sdk/index.ts';

/** The store to read: that of the first configured exporter whose plugin offers a reader. */
export const openStore = (
  { exporters }: CheckedConfig,
  _keys: KeyRing,
  contextOf: (id: string) => ComponentContext,
): EventReader | undefined => {
  const readable = exporters.find(({ plugin }) => plugin.reader !== undefined);
  return readable?.plugin.reader?.(readable.config, contextOf(readable.id));
};
