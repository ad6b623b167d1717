// A store's driver is loaded by the collectors that use the store, not by all of them: the larger ones cost a third of
// a second and fifty megabytes.
import type { Exporter } from './exporter.ts';
import type { EventReader } from './reader.ts';

/** An exporter whose module is imported when it starts. A failed import is a failed start, and tried again. */
export const lazyExporter = (load: () => Promise<Exporter>): Exporter => {
  let loaded: Exporter | undefined;
  const exporter = async (): Promise<Exporter> => (loaded ??= await load());
  return {
    start: async () => (await exporter()).start?.(),
    export: async (batch, signal) => (await exporter()).export(batch, signal),
    stop: async () => loaded?.stop(),
  };
};

/** A reader whose module is imported when it is first asked. */
export const lazyReader = (load: () => Promise<EventReader>): EventReader => {
  let loading: Promise<EventReader> | undefined;
  const reader = (): Promise<EventReader> => (loading ??= load());
  return {
    query: async (...asked) => (await reader()).query(...asked),
    event: async (...asked) => (await reader()).event(...asked),
    linkedTo: async (...asked) => (await reader()).linkedTo(...asked),
    carrying: async (...asked) => (await reader()).carrying(...asked),
    countCarrying: async (...asked) => (await reader()).countCarrying(...asked),
    close: async () => (await loading)?.close(),
  };
};
