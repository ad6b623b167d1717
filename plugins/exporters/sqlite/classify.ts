// SQLite's answer to an outcome, and nothing else. Codes: https://www.sqlite.org/rescode.html

/** `row` condemns one event; the others speak of the store as a whole. */
export type Class = 'row' | 'retry' | 'stop';

const CLASSES: ReadonlyMap<number, readonly [name: string, Class]> = new Map([
  [1, ['SQLITE_ERROR', 'stop']],
  [3, ['SQLITE_PERM', 'stop']],
  [5, ['SQLITE_BUSY', 'retry']],
  [6, ['SQLITE_LOCKED', 'retry']],
  [7, ['SQLITE_NOMEM', 'retry']],
  [8, ['SQLITE_READONLY', 'stop']],
  [9, ['SQLITE_INTERRUPT', 'retry']],
  [10, ['SQLITE_IOERR', 'retry']],
  [11, ['SQLITE_CORRUPT', 'stop']],
  [13, ['SQLITE_FULL', 'retry']],
  [14, ['SQLITE_CANTOPEN', 'retry']],
  [15, ['SQLITE_PROTOCOL', 'retry']],
  [17, ['SQLITE_SCHEMA', 'retry']],
  [18, ['SQLITE_TOOBIG', 'row']],
  [19, ['SQLITE_CONSTRAINT', 'row']],
  [20, ['SQLITE_MISMATCH', 'row']],
  [23, ['SQLITE_AUTH', 'stop']],
  [26, ['SQLITE_NOTADB', 'stop']],
]);

export interface Classified {
  readonly class: Class;
  /** SQLite's name for it and its numbers. SQLite's own message may quote a value and is never passed on. */
  readonly reason: string;
}

/** Undefined: not an error of SQLite's or of the driver's. */
export const classify = (error: unknown): Classified | undefined => {
  if (!(error instanceof Error)) return undefined;
  // The driver refuses a value before SQLite sees it.
  if ('code' in error && error.code === 'ERR_INVALID_ARG_TYPE') return { class: 'row', reason: error.code };
  if (!('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  const { errcode } = error;
  const [name, verdict] = CLASSES.get(errcode & 0xff) ?? ['SQLITE', 'stop' as const];
  return { class: verdict, reason: `${name} (${errcode})` };
};
