import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../../src/sdk/index.ts';
import { openDatabase, type Database } from './connect.ts';

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const READY = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const GOING = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'));

/** What PostgreSQL says on the wire to one client: welcome, then whatever the test lets it say. */
let server: Server | undefined;
let database: Database | undefined;
afterEach(async () => {
  await database?.close();
  server?.close();
});
const start = async (): Promise<{ connected: Promise<Socket> }> => {
  const listening = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  server = listening;
  await once(listening, 'listening');
  const connected = once(listening, 'connection').then(([socket]) => {
    const peer = socket as Socket;
    peer.once('data', () => peer.write(READY));
    peer.on('error', () => undefined);
    return peer;
  });
  database = openDatabase({
    url: new Secret(`postgres://tester@127.0.0.1:${(listening.address() as AddressInfo).port}/db`),
    applicationName: 'test',
    poolSize: 1,
    connectTimeoutMs: 5000,
    statementTimeoutMs: 0,
    lockTimeoutMs: 0,
  });
  return { connected };
};

// An error that nobody hears ends the process: vitest reports it as an unhandled error and fails.
test.each([
  ['idle', async (): Promise<void> => undefined],
  ['being thrown away', (): Promise<void> => Promise.reject(new Error('the batch failed'))],
])('a server that goes away is heard on a connection that is %s', async (_, work) => {
  const { connected } = await start();
  await database!.session(work).catch(() => undefined);
  const socket = await connected;
  const closed = once(socket, 'close');
  socket.end(GOING);
  await closed;
});
