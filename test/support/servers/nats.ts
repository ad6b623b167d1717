import { join } from 'node:path';
import { connect } from 'node:net';
import { installed } from './installed.ts';
import { ownServer } from './own.ts';
import { dataFolder, freePort, serve, type TestServer } from './server-process.ts';

/** nats-server with JetStream on a free port. */
export const startNats = async (args: readonly string[] = []): Promise<TestServer> => {
  const own = ownServer('nats-server');
  if (own !== undefined) return own;
  const folder = dataFolder('nats', false);
  const port = await freePort();
  return serve(`nats://127.0.0.1:${port}`, folder, {
    name: 'nats-server',
    program: installed('nats-server'),
    args: ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'js'), ...args],
    log: join(folder, 'server.log'),
    asNobody: false,
    isReady: () => greets(port),
  });
};

/** A NATS server speaks first: INFO and what it can. */
const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString().startsWith('INFO ') && chunk.toString().includes('"jetstream":true'));
    });
    socket.once('error', () => resolve(false));
  });
