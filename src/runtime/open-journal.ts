import { join } from 'node:path';
import type { CheckedConfig } from '../config/checked-config.ts';
import { abandonBacklog } from '../delivery/abandon-backlog.ts';
import type { DeadLetters } from '../delivery/dead-letters.ts';
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
  for (const [id, frames] of backlogsOfNobody(journal, config)) {
    if (abandon.includes(id)) continue;
    await journal.close();
    throw new BacklogError(id, frames);
  }
  return journal;
};

/** Of exporters that are not configured. */
const backlogsOfNobody = (journal: Journal, { exporters }: CheckedConfig): readonly (readonly [string, number])[] =>
  [...journal.backlogs()].filter(([backlog]) => !exporters.some(({ id }) => id === backlog));

/** Dead-letters what waits for exporters that the configuration abandons, and then forgets these. */
export const giveUpBacklogs = async (
  journal: Journal,
  deadLetters: DeadLetters,
  { config, log }: Pick<CollectorOptions, 'config' | 'log'>,
): Promise<void> => {
  for (const [id, frames] of backlogsOfNobody(journal, config)) {
    const events = await abandonBacklog(journal.cursor(id, { from: 'earliest' }), id, deadLetters);
    await journal.abandon(id);
    log.warn('the backlog of an exporter is given up, as the configuration says: it is in the dead letters', {
      exporter: id,
      frames,
      events,
    });
  }
};
