import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { plugins } from '../../plugins/index.ts';
import { componentContext, exporterSuite, type ExporterSuiteOptions } from '../../src/testkit/index.ts';

const idsOf = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { eventId: string }).eventId);

const archived = async (dataDir: string): Promise<string[]> => {
  const entries = await readdir(join(dataDir, 'archive'), { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => name.endsWith('.zst'));
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
  return texts.flatMap((text) => idsOf(zstdDecompressSync(text).toString()));
};

/** What is known of a store beside its contract; one that is not named here is held to the answers alone. */
const OPTIONS: Readonly<Record<string, ExporterSuiteOptions>> = {
  directory: { collapses: true, storedIds: archived },
  file: { storedIds: async (dataDir) => idsOf(await readFile(join(dataDir, 'events.ndjson'), 'utf8')) },
};

/** A store that can be read is read. */
const throughReader = (plugin: (typeof exporters)[number]): ExporterSuiteOptions => ({
  collapses: true,
  storedIds: async (dataDir) => {
    const reader = plugin.reader!(plugin.config.parse({}), componentContext({ dataDir }));
    try {
      const pages = await Promise.all(['acme', 'globex'].map((tenant) => reader.query(tenant, {}, { limit: 100 })));
      return pages.flatMap(({ lines }) => lines.map(({ eventId }) => eventId));
    } finally {
      await reader.close();
    }
  },
});

/** Held to the same suite in test/integration, over the servers that they need. */
const ON_SERVERS: ReadonlySet<string> = new Set(['postgres', 'opensearch', 's3', 'nats']);

const exporters = plugins.filter((plugin) => plugin.kind === 'exporter').filter(({ type }) => !ON_SERVERS.has(type));
for (const plugin of exporters) {
  exporterSuite(plugin, OPTIONS[plugin.type] ?? (plugin.reader === undefined ? {} : throughReader(plugin)));
}
