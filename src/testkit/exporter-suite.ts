import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exporter, ExporterPlugin, StoredBatch } from '../sdk/index.ts';
import { componentContext, exampleEvents, storedBatch } from './fakes.ts';

export interface ExporterSuiteOptions {
  /** As in YAML; its `dataDir` is a folder of the test's own. */
  readonly config?: unknown;
  /** What the store holds, one id a line, in any order; lets the suite look behind the answers. */
  readonly storedIds?: (dataDir: string) => Promise<readonly string[]>;
  /** The store collapses a repeated event by its id. */
  readonly collapses?: boolean;
}

/** What the engine relies on in every exporter. */
export const exporterSuite = (plugin: ExporterPlugin, options: ExporterSuiteOptions = {}): void => {
  describe(`${plugin.type} as an exporter`, () => {
    let dataDir = '';
    const running: Exporter[] = [];

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'betalogs-exporter-'));
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((exporter) => exporter.stop()));
      await rm(dataDir, { recursive: true, force: true });
    });

    const start = async (): Promise<Exporter> => {
      const exporter = plugin.create(
        plugin.config.parse(options.config ?? {}),
        componentContext({ id: plugin.type, dataDir }),
      );
      await exporter.start?.();
      running.push(exporter);
      return exporter;
    };
    const stop = async (exporter: Exporter): Promise<void> => {
      running.splice(running.indexOf(exporter), 1);
      await exporter.stop();
    };
    const statuses = async (exporter: Exporter, batch: StoredBatch, signal = new AbortController().signal) =>
      (await exporter.export(batch, signal)).map(({ status }) => status);
    const heldIds = async (): Promise<readonly string[] | undefined> =>
      (await options.storedIds?.(dataDir))?.toSorted();

    const events = exampleEvents(7, (i) => ({
      tenantId: i % 2 === 0 ? 'acme' : 'globex',
      category: i < 4 ? 'business' : 'security',
    }));
    const ids = events.map(({ eventId }) => eventId);

    test('answers for every event, in order, and holds each', async () => {
      expect(await statuses(await start(), storedBatch(events, 'cut-1'))).toEqual(events.map(() => 'stored'));
      expect((await heldIds()) ?? ids).toEqual(ids);
    });

    test('a batch that comes again is answered the same, and is held no worse', async () => {
      const exporter = await start();
      const batch = storedBatch(events, 'cut-1');
      expect(await statuses(exporter, batch)).toEqual(await statuses(exporter, batch));
      const held = (await heldIds()) ?? ids;
      expect([...new Set(held)]).toEqual(ids);
      if (options.collapses === true) expect(held).toHaveLength(ids.length);
    });

    test('a signal that has aborted ends the work: nothing is called dead, and every event is answered', async () => {
      const answers = await statuses(await start(), storedBatch(events), AbortSignal.abort());
      expect(answers).toHaveLength(events.length);
      expect(answers.filter((status) => status !== 'stored' && status !== 'retry')).toEqual([]);
    });

    test('after an abort the same batch is stored whole', async () => {
      const exporter = await start();
      await statuses(exporter, storedBatch(events, 'cut-1'), AbortSignal.abort());
      expect(await statuses(exporter, storedBatch(events, 'cut-1'))).toEqual(events.map(() => 'stored'));
    });

    test('leaves the batch as it was', async () => {
      const batch = storedBatch(events);
      const before = Buffer.from(batch.lines).toString();
      await statuses(await start(), batch);
      expect(Buffer.from(batch.lines).toString()).toBe(before);
      expect(batch.index.map(({ eventId }) => eventId)).toEqual(ids);
    });

    test('stops without work, and a second instance goes on where the first one stopped', async () => {
      await stop(await start());
      const first = await start();
      await statuses(first, storedBatch(events.slice(0, 3), 'cut-1'));
      await stop(first);
      expect(await statuses(await start(), storedBatch(events.slice(3), 'cut-2'))).toEqual(
        events.slice(3).map(() => 'stored'),
      );
      expect((await heldIds()) ?? ids).toEqual(ids);
    });
  });
};
