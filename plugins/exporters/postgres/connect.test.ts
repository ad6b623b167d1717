import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Secret } from '../../../src/sdk/index.ts';
import { openDatabase, type Database } from './connect.ts';

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const READY = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const GOING = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));

let server: Server | undefined;
let database: Database | undefined;
afterEach(async () => {
  await database?.close();
  server?.close();
});

/** A server that says this to whoever connects, and goes. */
const startServer = async (said: Buffer): Promise<void> => {
  const listening = createServer().listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  database = openDatabase({
    url: new Secret(`postgres://tester@127.0.0.1:${(listening.address() as AddressInfo).port}/db`),
    applicationName: 'test',
    poolSize: 1,
    connectTimeoutMs: 5000,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  });
  listening.on('connection', (socket) => {
    socket.once('data', () => socket.end(said)).on('error', () => undefined);
  });
};

// Both messages come in one piece: the driver reads the second before anybody has been handed the connection.
// An error that nobody hears ends the process; vitest tells it as an unhandled error, and fails.
test('a server that goes away just as it has taken a connection is heard', async () => {
  await startServer(Buffer.concat([READY, GOING]));
  const work = vi.fn<() => Promise<void>>(() => Promise.resolve());
  await database!.session(work);
  expect(work).toHaveBeenCalledTimes(1);
});
