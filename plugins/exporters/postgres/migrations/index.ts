import { sql } from './0001-events.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** `{schema}`, `{owner}`, `{writer}`, `{reader}` stand for the configured names. */
  readonly sql: string;
}

/** Every one that ever shipped, in order. What is released is never edited: its checksum is stored in the database. */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, name: 'events, keys, links, ids', sql }];
