// A store under test, opened for writing and for reading.
import { expect } from 'vitest';
import type { CanonicalEvent } from '../event/schema.ts';
import type { EventFilter, EventReader, ExporterPlugin, PageKey, StoredLine } from '../sdk/index.ts';
import { componentContext, storedBatch } from './fakes.ts';

export interface ReadableStore {
  /** Resolves when all of them are stored and can be found. */
  write(events: readonly CanonicalEvent[]): Promise<void>;
  readonly reader: EventReader;
  close(): Promise<void>;
}

/** A store whose writes can be read at once; others wait for their own refresh. */
export const openReadable = async (
  plugin: ExporterPlugin,
  config: unknown,
  dataDir: string,
): Promise<ReadableStore> => {
  const context = componentContext({ dataDir });
  const exporter = plugin.create(plugin.config.parse(config), context);
  const reader = plugin.reader!(plugin.config.parse(config), context);
  await exporter.start?.();
  return {
    write: async (events) => {
      const outcomes = await exporter.export(storedBatch(events), new AbortController().signal);
      expect(outcomes.filter(({ status }) => status !== 'stored')).toEqual([]);
    },
    reader,
    close: async () => {
      await reader.close();
      await exporter.stop();
    },
  };
};

export const EVERYTHING: EventFilter = {};

/** Every page of an answer, one after the other. */
export const readAll = async (
  reader: EventReader,
  tenant: string,
  filter: EventFilter,
  limit = 1000,
): Promise<StoredLine[]> => {
  const all: StoredLine[] = [];
  for (let after: PageKey | undefined; ; after = all.at(-1)) {
    const { lines, more } = await reader.query(tenant, filter, { limit, ...(after !== undefined && { after }) });
    expect(lines.length).toBeLessThanOrEqual(limit);
    all.push(...lines);
    if (!more) return all;
    expect(lines.length).toBeGreaterThan(0);
  }
};
