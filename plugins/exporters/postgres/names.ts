import { z } from '../../../src/sdk/index.ts';

export interface Names {
  readonly schema: string;
  readonly owner: string;
  readonly writer: string;
  readonly reader: string;
}

/** An SQL identifier that needs no thought about quoting, wherever it stands. */
export const identifier = () =>
  z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and _, at most 63');

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Puts the configured names where the text says `{schema}`, `{owner}`, `{writer}`, `{reader}`. */
export const withNames = (sql: string, names: Names): string =>
  sql.replaceAll(/\{(schema|owner|writer|reader)\}/g, (_, key: keyof Names) => quoteName(names[key]));
