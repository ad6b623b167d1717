// Postgres's answer to what is done about it, and nothing else. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
import { AbortedError } from './connect.ts';

/**
 * `row`: one event is the reason. `retry`: the whole, as it is. `reconnect`: the same, elsewhere (failover). `halve`: less
 * at once. `partition`: none holds the event's time. `alarm`: row-level security refused a write; a bug or an attack.
 */
export type Class = 'row' | 'retry' | 'reconnect' | 'halve' | 'partition' | 'stop' | 'alarm';

export interface Classified {
  readonly class: Class;
  /** The SQLSTATE, or the system's code; `unknown` where there is neither. */
  readonly code: string;
  /** Words of ours: Postgres's own message may quote a value of the event. */
  readonly reason: string;
}

/** The longest prefix that is here decides. */
const CLASSES: Readonly<Record<string, Class>> = {
  '08': 'retry', // connection exception
  '0A': 'stop', // not supported by this server
  '21': 'row', // cardinality
  '22': 'row', // data exception: NUL (22P05), a surrogate (22P02), too long, out of range, time, encoding
  '23': 'row', // a constraint
  '25': 'retry', // transaction state
  '25006': 'reconnect', // read-only: the server is a standby by now
  '28': 'stop', // who are you
  '3D': 'stop', // no such database
  '3F': 'stop', // no such schema
  '40': 'retry', // serialization, deadlock
  '42': 'stop', // another schema than this program's
  '42501': 'stop', // rights are missing
  '53': 'retry', // disk, memory, connections
  '54': 'row', // beyond a limit: too large for an index, too deep
  '55': 'retry', // locked
  '57': 'reconnect', // shutting down, starting, terminated
  '57014': 'halve', // statement_timeout
  '58': 'retry', // I/O
  P0: 'row', // raised by a trigger
  XX: 'stop', // corrupt
};

const WORDS: Readonly<Record<Class, string>> = {
  row: 'Postgres refuses the event',
  retry: 'Postgres does not take it now',
  reconnect: 'this server does not take writes',
  halve: 'the statement took too long',
  partition: 'no partition for the time of an event',
  stop: 'Postgres is not as this program needs it',
  alarm: 'row-level security refused a write: a row of a tenant that is not in its batch',
};

const classOf = (code: string): Class => CLASSES[code] ?? CLASSES[code.slice(0, 2)] ?? 'stop';

/** Total: what is no error of Postgres's is one of the connection. */
export const classify = (error: unknown): Classified => {
  if (error instanceof AbortedError) return { class: 'retry', code: 'timeout', reason: error.message };
  const code = codeOf(error);
  if (code === undefined || !isSqlState(code, error)) {
    return { class: 'retry', code: code ?? 'unknown', reason: `no connection to Postgres (${code ?? nameOf(error)})` };
  }
  const verdict = special(code, error) ?? classOf(code);
  return { class: verdict, code, reason: `${WORDS[verdict]} (SQLSTATE ${code})` };
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Errors of the server name its source file; those of the system (`EPIPE` also has five letters) do not. */
const isSqlState = (code: string, error: unknown): boolean =>
  /^[0-9A-Z]{5}$/.test(code) && error instanceof Error && 'severity' in error;

const nameOf = (error: unknown): string =>
  error instanceof Error && error.message.toLowerCase().includes('timeout') ? 'timeout' : 'cut';

/** Where the code alone does not say it. Messages may be translated, so other fields decide. */
const special = (code: string, error: unknown): Class | undefined => {
  const { constraint, routine, table } = error as { constraint?: string; routine?: string; table?: string };
  // A constraint that failed has a name, and what a trigger raises names no table.
  if (code === '23514' && constraint === undefined && table !== undefined) return 'partition';
  if (code === '42501' && routine === 'ExecWithCheckOptions') return 'alarm';
  return undefined;
};
