// The writing side, inside the worker: one transaction a batch, each event once.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { classify } from './classify.ts';
import { encodeLine, EVENT_COLUMNS, isUnstorable, type EventRow, type Unstorable } from './encode.ts';
import { SchemaError } from './migrate.ts';
import { openForWriting } from './open-database.ts';

/** An event of the batch that the store will never take. */
export interface DeadRow extends Unstorable {
  readonly position: number;
}
/** `stored`: every event but the dead ones is on disk. Else nothing of the batch is. */
export type WriteAnswer =
  { readonly stored: true; readonly dead: readonly DeadRow[] } | { readonly stored: false; readonly failure: Failure };
export interface Failure {
  readonly class: 'retry' | 'stop';
  readonly reason: string;
}

export interface Writer {
  /** Opens the file if it is not open; undefined when it is ready. */
  open(): Failure | undefined;
  /** NDJSON, as journaled. */
  write(lines: Uint8Array): WriteAnswer;
  close(): void;
}

const CONFLICT: Unstorable = {
  code: 'id_conflict',
  message: 'an event of this id is stored, and the sender has sent other content under it',
};

interface Statements {
  readonly event: StatementSync;
  readonly text: StatementSync;
  readonly key: StatementSync;
  readonly link: StatementSync;
  readonly fingerprint: StatementSync;
  readonly undo: readonly StatementSync[];
}

const prepare = (db: DatabaseSync): Statements => ({
  event: db.prepare(
    `INSERT INTO events (${EVENT_COLUMNS.join(', ')}) VALUES (${EVENT_COLUMNS.map(() => '?').join(', ')})
     ON CONFLICT (tenant_id, event_id) DO NOTHING`,
  ),
  text: db.prepare('INSERT INTO events_text (rowid, words) VALUES (?, ?)'),
  key: db.prepare(
    `INSERT INTO event_keys (tenant_id, key_type, key_value, ts_ns, event_id, role) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ),
  link: db.prepare(
    `INSERT INTO event_links (tenant_id, correlation_id, ts_ns, event_id, type) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ),
  fingerprint: db.prepare('SELECT fingerprint FROM events WHERE tenant_id = ? AND event_id = ?'),
  undo: ['event_keys', 'event_links', 'events'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE tenant_id = ? AND event_id = ?`),
  ),
});

export const createWriter = (path: string, openFile = openForWriting): Writer => {
  let open: { readonly db: DatabaseSync; readonly statements: Statements } | undefined;

  const opened = (): { readonly db: DatabaseSync; readonly statements: Statements } => {
    if (open !== undefined) return open;
    const db = openFile(path);
    return (open = { db, statements: prepare(db) });
  };
  const close = (): void => {
    open?.db.close();
    open = undefined;
  };
  // After a failure the file is opened again: it may have been moved, restored or remounted.
  const failed = (error: unknown): Failure => {
    const failure = toFailure(error);
    try {
      close();
    } catch {
      open = undefined;
    }
    return failure;
  };

  return {
    open: () => {
      try {
        opened();
        return undefined;
      } catch (error) {
        return failed(error);
      }
    },
    write: (lines) => {
      try {
        const { db, statements } = opened();
        return { stored: true, dead: writeBatch(db, statements, lines) };
      } catch (error) {
        return { stored: false, failure: failed(error) };
      }
    },
    close,
  };
};

const toFailure = (error: unknown): Failure => {
  if (error instanceof SchemaError) return { class: 'stop', reason: error.message };
  const classified = classify(error);
  if (classified !== undefined) {
    return { class: classified.class === 'retry' ? 'retry' : 'stop', reason: classified.reason };
  }
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return { class: 'retry', reason: `${String(error.syscall)}: ${String(error.code)}` };
  }
  throw error;
};

const writeBatch = (db: DatabaseSync, statements: Statements, lines: Uint8Array): readonly DeadRow[] => {
  const dead: DeadRow[] = [];
  db.exec('BEGIN IMMEDIATE');
  try {
    let position = 0;
    for (const line of linesOf(lines)) {
      const refusal = writeLine(statements, line);
      if (refusal !== undefined) dead.push({ position, ...refusal });
      position++;
    }
    db.exec('COMMIT');
    return dead;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

const NEWLINE = 0x0a;
const linesOf = function* (bytes: Uint8Array): Generator<string> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf(NEWLINE, start);
    const end = newline === -1 ? text.length : newline;
    yield text.toString('utf8', start, end);
    start = end + 1;
  }
};

const writeLine = (statements: Statements, line: string): Unstorable | undefined => {
  const row = encodeLine(line);
  if (isUnstorable(row)) return row;
  try {
    const { changes, lastInsertRowid } = statements.event.run(...row.values);
    if (changes === 0) return conflictOf(statements, row);
    writeBeside(statements, row, lastInsertRowid);
    return undefined;
  } catch (error) {
    const classified = classify(error);
    if (classified?.class !== 'row') throw error;
    for (const statement of statements.undo) statement.run(row.tenantId, row.eventId);
    return { code: 'store_refused', message: classified.reason };
  }
};

/** First write wins; an event without a fingerprint is not told apart from a repetition. */
const conflictOf = ({ fingerprint }: Statements, { tenantId, eventId, ...row }: EventRow): Unstorable | undefined => {
  const earlier = fingerprint.get(tenantId, eventId)?.['fingerprint'] ?? null;
  return earlier !== null && row.fingerprint !== null && earlier !== row.fingerprint ? CONFLICT : undefined;
};

const writeBeside = ({ text, key, link }: Statements, row: EventRow, rowid: number | bigint): void => {
  const { tenantId, eventId, timestampNs } = row;
  text.run(rowid, row.words);
  for (const { type, value, role } of row.keys) key.run(tenantId, type, value, timestampNs, eventId, role);
  for (const { correlationId, type } of row.links) link.run(tenantId, correlationId, timestampNs, eventId, type);
};
