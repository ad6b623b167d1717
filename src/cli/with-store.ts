import type { EventQueries } from '../sdk/index.ts';
import type { Instant } from '../event/time.ts';
import { EXIT, type CliIo, type GlobalArgs } from './io.ts';

/** What the reading commands are given beside their arguments. */
export interface ReadingParts {
  /** Opens the configured store for reading; rejects, in words for the user, where there is none. */
  openStore(args: GlobalArgs): Promise<EventQueries>;
  now(): Instant;
}

/** Without tenants configured everything belongs to it. */
export const DEFAULT_TENANT = 'default';

/** Opens the store, lets the command ask, and closes it; a store that cannot be read is one line and exit 1. */
export const withStore = async (
  args: GlobalArgs,
  io: CliIo,
  { openStore }: ReadingParts,
  ask: (store: EventQueries) => Promise<number>,
): Promise<number> => {
  let store: EventQueries | undefined;
  try {
    store = await openStore(args);
    return await ask(store);
  } catch (error) {
    io.stderr(`betalogs: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  } finally {
    await store?.close();
  }
};
