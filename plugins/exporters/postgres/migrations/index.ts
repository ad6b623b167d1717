import { sql } from './0001-events.ts';
import { sql as sessionKeys } from './0002-session-keys.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** `{schema}`, `{owner}`, `{writer}`, `{reader}` stand for the configured names. */
  readonly sql: string;
}

/** Every one that ever shipped, in order. What is released is never edited: its checksum is stored in the database. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'events, keys, links, ids', sql },
  { version: 2, name: 'sessions among the keys', sql: sessionKeys },
];
