// The shop's database: SQLite, with the client span that a driver's instrumentation would make.
import { SpanKind } from '@opentelemetry/api';
import { DatabaseSync } from 'node:sqlite';
import { inSpan } from './spans.ts';

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly total: number;
  readonly state: 'paid' | 'awaiting_payment';
}

export interface Orders {
  /** Rejects with `DatabaseError` when the database refuses it. */
  insert(order: Order): Promise<void>;
  /** Takes the whole database for itself, as a stock take does, until the result is called. */
  lock(): () => void;
  close(): void;
}

/** SQLite's own words and its name for the error. */
export class DatabaseError extends Error {
  /** E.g. `SQLITE_BUSY`. */
  readonly sqliteName: string;
  constructor(cause: Error & { readonly errcode: number }) {
    super(cause.message, { cause });
    this.name = 'DatabaseError';
    this.sqliteName = NAMES.get(cause.errcode & PRIMARY_CODE) ?? `SQLITE_${cause.errcode}`;
  }
}

const PRIMARY_CODE = 0xff;
const NAMES: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [13, 'SQLITE_FULL'],
  [19, 'SQLITE_CONSTRAINT'],
]);
const LOCK_TIMEOUT_MS = 50;
const SCHEMA = `create table if not exists orders (
  id text primary key, customer_id text not null, total real not null, state text not null) strict`;
const INSERT = 'insert into orders (id, customer_id, total, state) values (?, ?, ?, ?)';

export const openOrders = (path: string): Orders => {
  const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
  database.exec(SCHEMA);
  const statement = database.prepare(INSERT);
  return {
    insert: ({ id, customerId, total, state }) =>
      inSpan({ name: 'INSERT orders', kind: SpanKind.CLIENT, attributes: ATTRIBUTES }, async (span) => {
        try {
          statement.run(id, customerId, total, state);
        } catch (error) {
          if (!isSqliteError(error)) throw error;
          span.setAttribute('db.response.status_code', String(error.errcode));
          throw new DatabaseError(error);
        }
      }),
    lock: () => {
      const stockTake = new DatabaseSync(path);
      stockTake.exec('begin exclusive');
      return () => stockTake.close();
    },
    close: () => database.close(),
  };
};

const ATTRIBUTES = {
  'db.system.name': 'sqlite',
  'db.namespace': 'shop',
  'db.collection.name': 'orders',
  'db.operation.name': 'INSERT',
  'db.query.text': INSERT,
};

const isSqliteError = (error: unknown): error is Error & { readonly errcode: number } =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
