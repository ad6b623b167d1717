// Reading, beside the process that writes: it may replace the files meanwhile.
import type { DeadLetter, DeadLetterFilter } from '../../sdk/index.ts';
import { foldLetters, withEvents, type OpenLetter } from './open-letters.ts';

const ATTEMPTS = 5;

const whileReplaced = async <T>(read: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const isReplaced = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isReplaced || attempt === ATTEMPTS) throw error;
    }
  }
};

/** Open letters without their events, oldest first. */
export const selectLetters = (directory: string, filter: DeadLetterFilter): Promise<readonly OpenLetter[]> =>
  whileReplaced(async () => (await foldLetters(directory, filter)).letters);

/** Open letters, newest first. */
export const readDeadLetters = (
  directory: string,
  filter: DeadLetterFilter,
  limit: number,
): Promise<readonly DeadLetter[]> =>
  whileReplaced(async () => withEvents((await foldLetters(directory, filter)).letters.toReversed().slice(0, limit)));

/** Letters that were selected before, with their events; where their files were replaced since, from the new ones. */
export const readEvents = (directory: string, letters: readonly OpenLetter[]): Promise<readonly DeadLetter[]> => {
  let places = letters;
  return whileReplaced(async () => {
    try {
      return await withEvents(places);
    } catch (error) {
      places = (await foldLetters(directory, { ids: new Set(letters.map(({ facts }) => facts.id)) })).letters;
      throw error;
    }
  });
};
