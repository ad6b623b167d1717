// A statement whose last parameter is large. The driver copies every parameter into one buffer first, twice where it has
// to grow; for a batch of 2 MB that costs, with the garbage it leaves, more than all the rest. Here the bytes go to the
// socket as they are, in the Bind message of the protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html
import pg from 'pg';

export interface BulkStatement {
  readonly sql: string;
  /** Prepared once a connection. */
  readonly name: string;
  readonly texts: readonly string[];
  /** The last parameter; not to be changed until the statement has ended. */
  readonly bytes: Buffer;
}

/** What of the driver's connection is used. */
interface Connection {
  readonly stream: { write(chunk: Buffer): boolean };
}
type DriverQuery = pg.Query & { submit(connection: Connection): unknown };

export const runBulk = (client: pg.ClientBase, { sql, name, texts, bytes }: BulkStatement): Promise<unknown[][]> =>
  new Promise((resolve, reject) => {
    const config = { text: sql, name, values: [...texts, ''], rowMode: 'array' as const };
    const query = new pg.Query(config, (error, result) => {
      // The driver says null where there is no error.
      if (error) reject(error);
      else resolve(result.rows as unknown[][]);
    }) as DriverQuery;
    const submit = query.submit.bind(query);
    const bind = (connection: Connection) => (): void => {
      connection.stream.write(bindHead(name, texts, bytes.length));
      connection.stream.write(bytes);
      connection.stream.write(BIND_TAIL);
    };
    query.submit = (connection) =>
      submit(Object.create(connection, { bind: { value: bind(connection) } }) as Connection);
    client.query(query);
  });

const TEXT = 0;
const BINARY = 1;
/** One format for all columns: text. */
const BIND_TAIL = Buffer.from([0, 1, 0, TEXT]);

/** Everything before the last parameter's bytes. */
export const bindHead = (name: string, texts: readonly string[], lastBytes: number): Buffer => {
  const values = texts.map((text) => Buffer.from(text));
  const count = values.length + 1;
  const body = Buffer.concat([
    Buffer.from(`\0${name}\0`),
    int16(count),
    ...values.map(() => int16(TEXT)),
    int16(BINARY),
    int16(count),
    ...values.flatMap((value) => [int32(value.length), value]),
    int32(lastBytes),
  ]);
  const length = LENGTH_BYTES + body.length + lastBytes + BIND_TAIL.length;
  return Buffer.concat([Buffer.from('B'), int32(length), body]);
};

const LENGTH_BYTES = 4;
const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeInt32BE(value);
  return bytes;
};
