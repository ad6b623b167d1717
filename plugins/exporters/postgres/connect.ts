// The only file that knows the driver, with bulk-query.ts.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { runBulk, type BulkStatement } from './bulk-query.ts';
import type { Secret } from '../../../src/sdk/index.ts';

export interface ConnectOptions {
  readonly url: Secret;
  readonly applicationName: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly tls?: TlsOptions | undefined;
  /** SQL that each new connection runs before anything else. */
  readonly prologue?: string;
}
export interface TlsOptions {
  readonly ca_file?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
  readonly reject_unauthorized: boolean;
}

export type Value = string | number | bigint | readonly Value[];
export type Row = readonly unknown[];

/** One connection, for as long as `Database.session` lends it. */
export interface Session {
  /** Several statements at once; no answer. */
  run(sql: string): Promise<void>;
  /** Rows as arrays. With `name`, the statement is prepared once a connection. */
  rows(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** The same, with one large parameter. */
  bulk(statement: BulkStatement): Promise<readonly Row[]>;
}

export interface Database {
  /** The connection is thrown away where `work` rejects or the signal aborts: its state is not known. */
  session<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The connections that are idle belong to a server that is no longer the right one. */
  reconnect(): void;
  close(): Promise<void>;
}

/**
 * A server that goes away tells every connection, also one that is idle, being thrown away or handed from one to the
 * next; who queries is told by the query. Nobody's error must ever be uncaught: it would end the process.
 */
class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

export const openDatabase = (options: ConnectOptions): Database => {
  let pool: pg.Pool | undefined;
  const closing = new Set<Promise<void>>();
  const begun = new WeakSet<pg.PoolClient>();

  const open = (): pg.Pool => {
    const opened = new pg.Pool({ ...poolConfig(options), Client: HeardClient });
    // The pool passes on what an idle connection says; it is replaced at the next use.
    opened.on('error', () => undefined);
    return opened;
  };
  const begin = async (client: pg.PoolClient): Promise<Session> => {
    if (options.prologue !== undefined && !begun.has(client)) await client.query(options.prologue);
    begun.add(client);
    return sessionOf(client);
  };
  const end = (): void => {
    if (pool === undefined) return;
    const ended = pool.end().finally(() => closing.delete(ended));
    closing.add(ended);
    pool = undefined;
  };

  return {
    session: async (work, signal) => {
      const client = await unlessAborted((pool ??= open()).connect(), signal, (late) => late.release());
      let isClean = false;
      try {
        const result = await unlessAborted(begin(client).then(work), signal);
        isClean = true;
        return result;
      } finally {
        client.release(!isClean);
      }
    },
    reconnect: end,
    close: async () => {
      end();
      await Promise.all(closing);
    },
  };
};

/** What the exporter was told to stop waiting for; the server may go on, and what it commits is absorbed later. */
export class AbortedError extends Error {
  constructor() {
    super('the server did not answer in time');
    this.name = 'AbortedError';
  }
}

const unlessAborted = <T>(work: Promise<T>, signal?: AbortSignal, onLate?: (value: T) => void): Promise<T> => {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const abort = (): void => {
      isOver = true;
      reject(new AbortedError());
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work
      .then((value) => (isOver ? onLate?.(value) : resolve(value)), reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
};

const sessionOf = (client: pg.PoolClient): Session => ({
  run: async (sql) => {
    await client.query(sql);
  },
  rows: async (sql, values = []) =>
    (await client.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' })).rows,
  bulk: (statement) => runBulk(client, statement),
});

/** Numbers beyond 2^53 stay exact as text; the caller says what a column is. */
const TEXT_ONLY = { getTypeParser: () => (text: string) => text } as const;
const IDLE_MS = 60_000;
/** For the way of an answer. */
const ANSWER_MS = 5000;

const poolConfig = (options: ConnectOptions): pg.PoolConfig => ({
  connectionString: options.url.reveal(),
  application_name: options.applicationName,
  max: options.poolSize,
  idleTimeoutMillis: IDLE_MS,
  connectionTimeoutMillis: options.connectTimeoutMs,
  statement_timeout: options.statementTimeoutMs,
  lock_timeout: options.lockTimeoutMs,
  // A server that hangs cannot end its own statements.
  ...(options.statementTimeoutMs > 0 && { query_timeout: options.statementTimeoutMs + ANSWER_MS }),
  keepAlive: true,
  types: TEXT_ONLY,
  ...(options.tls !== undefined && { ssl: tlsOf(options.tls) }),
});

const tlsOf = ({ ca_file, cert_file, key_file, reject_unauthorized }: TlsOptions) => ({
  rejectUnauthorized: reject_unauthorized,
  ...(ca_file !== undefined && { ca: readFileSync(ca_file, 'utf8') }),
  ...(cert_file !== undefined && { cert: readFileSync(cert_file, 'utf8') }),
  ...(key_file !== undefined && { key: readFileSync(key_file, 'utf8') }),
});
