import { join } from 'node:path';
import { openFileJournal } from '../journal/file-journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { CollectorOptions } from './scope.ts';

/** An exporter is gone from the configuration, and events that were acknowledged wait for it alone. */
export class BacklogError extends Error {
  constructor(id: string, frames: number) {
    super(
      `exporter "${id}" is not in the configuration any more, but ${frames} journal frames wait for it: ` +
        `bring it back, or give its events up with service.journal.abandon: [${id}]`,
    );
    this.name = 'BacklogError';
  }
}

/** Opens the journal and makes sure that nobody's backlog is forgotten. */
export const openJournal = async ({ config, dataDir, clock, log }: CollectorOptions): Promise<Journal> => {
  const { maxBytes, segmentBytes, minFreeBytes, abandon } = config.service.journal;
  const journal = await openFileJournal({
    directory: join(dataDir, 'journal'),
    maxBytes,
    segmentBytes,
    minFreeBytes,
    clock,
    log,
  });
  const configured = new Set(config.exporters.map(({ id }) => id));
  for (const [id, frames] of journal.backlogs()) {
    if (configured.has(id)) continue;
    if (!abandon.includes(id)) {
      await journal.close();
      throw new BacklogError(id, frames);
    }
    log.warn('the backlog of an exporter is given up, as the configuration says', { exporter: id, frames });
    journal.abandon(id);
  }
  return journal;
};
