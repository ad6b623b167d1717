import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let target: Server;
let proxy: TcpProxy;
/** All that the target has read. */
let arrived: Buffer;
const clients: Socket[] = [];

beforeEach(async () => {
  arrived = Buffer.alloc(0);
  target = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => {
      arrived = Buffer.concat([arrived, chunk]);
      socket.write(chunk);
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  proxy = await startTcpProxy({ target: { host: '127.0.0.1', port }, seed: 7 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  target.close();
});

/** A client of the proxy that keeps what it reads. */
const dial = () => {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let echoed = Buffer.alloc(0);
  let woken: (() => void) | undefined;
  const wake = (): void => woken?.();
  socket.on('data', (chunk) => {
    echoed = Buffer.concat([echoed, chunk]);
    wake();
  });
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? ''));
    socket.once('close', () => resolve('closed'));
  });
  return {
    socket,
    ended,
    echoed: () => echoed.toString('latin1'),
    /** Resolves when the echo has grown to `bytes`. */
    until: async (bytes: number): Promise<string> => {
      while (echoed.length < bytes) await new Promise<void>((resolve) => (woken = resolve));
      return echoed.toString('latin1');
    },
  };
};

test('passes both ways, large bodies and orderly ends included, and counts', async () => {
  const { socket, until, ended } = dial();
  const body = 'x'.repeat(3_000_000);
  socket.end(body);
  expect(await until(body.length)).toBe(body);
  expect(await ended).toBe('closed');
  expect(proxy.stats).toEqual({
    connections: 1,
    cuts: 0,
    bytes: { toTarget: 3_000_000, toClient: 3_000_000 },
    lost: 0,
  });
  expect(proxy.url('postgres', 'u:p@', '/db')).toBe(`postgres://u:p@127.0.0.1:${proxy.port}/db`);
});

test('cut resets what is open; a new connection passes', async () => {
  const first = dial();
  first.socket.write('a');
  await first.until(1);
  proxy.cut();
  expect(await first.ended).toBe('ECONNRESET');
  const second = dial();
  second.socket.write('b');
  expect(await second.until(1)).toBe('b');
  expect(proxy.stats.cuts).toBe(1);
});

test('refuse: nobody listens, what is open stays, and the port is the same afterwards', async () => {
  const before = dial();
  before.socket.write('a');
  await before.until(1);
  await proxy.refuse(true);
  expect(await dial().ended).toBe('ECONNREFUSED');
  before.socket.write('b');
  expect(await before.until(2)).toBe('ab');
  await proxy.refuse(false);
  const after = dial();
  after.socket.write('c');
  expect(await after.until(1)).toBe('c');
});

test('delay: later, and in order whatever the jitter', async () => {
  proxy.delay(40, 30);
  const { socket, until } = dial();
  socket.setNoDelay(true);
  const startMs = performance.now();
  for (let i = 0; i < 20; i++) {
    socket.write(String(i % 10));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await until(20)).toBe('01234567890123456789');
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(79);
});

test('stall: open, and silent; afterwards the connection that lost bytes is reset', async () => {
  const { socket, until, ended, echoed } = dial();
  socket.write('a');
  await until(1);
  proxy.stall(true);
  socket.write('lost');
  while (proxy.stats.lost < 4) await new Promise((resolve) => setImmediate(resolve));
  expect([arrived.toString(), echoed(), proxy.stats.cuts]).toEqual(['a', 'a', 0]);
  proxy.stall(false);
  expect(await ended).toBe('ECONNRESET');
  expect(arrived.toString()).toBe('a');
});

describe('a cut in the middle', () => {
  test('after so many bytes, on the way there', async () => {
    proxy.cutAfterBytes('toTarget', 5);
    const { socket, ended } = dial();
    socket.write('abc');
    socket.write('defgh');
    expect(await ended).toBe('ECONNRESET');
    while (arrived.length < 5 && target.listening) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived.toString()).toBe('abcde');
  });

  test('after so many bytes, on the way back: the target has had it all', async () => {
    proxy.cutAfterBytes('toClient', 2);
    const { socket, ended, echoed } = dial();
    socket.write('abcdef');
    expect(await ended).toBe('ECONNRESET');
    expect(arrived.toString()).toBe('abcdef');
    expect('ab').toContain(echoed());
  });

  test('on a pattern that is split over packets: before, the chunk in which it ends does not pass', async () => {
    proxy.cutOn('toTarget', Buffer.from('COMMIT'));
    const { socket, until, ended } = dial();
    socket.write('data COM');
    await until(8);
    socket.write('MIT;');
    expect(await ended).toBe('ECONNRESET');
    expect(arrived.toString()).toBe('data COM');
  });

  test('on a pattern: after, the target has it and sees an orderly end; the client sees no answer', async () => {
    const ends: string[] = [];
    target.on('connection', (socket: Socket) => {
      socket.on('end', () => ends.push('end'));
      socket.on('error', (error) => ends.push(error.message));
    });
    proxy.cutOn('toTarget', Buffer.from('COMMIT'), 'after');
    const { socket, ended, echoed } = dial();
    socket.write('COMMIT');
    expect(await ended).toBe('ECONNRESET');
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect([arrived.toString(), echoed(), ends]).toEqual(['COMMIT', '', ['end']]);
  });

  test('once: the next connection is left alone', async () => {
    proxy.cutOn('toTarget', Buffer.from('x'));
    const first = dial();
    first.socket.write('x');
    await first.ended;
    const second = dial();
    second.socket.write('x');
    expect(await second.until(1)).toBe('x');
  });
});

test('garbage: as many bytes before the next chunk, the same for the same seed', async () => {
  proxy.garbage('toClient', 8);
  const { socket, until } = dial();
  socket.write('ab');
  const first = await until(10);
  expect(first.endsWith('ab')).toBe(true);
  const again = await startTcpProxy({ target: { host: '127.0.0.1', port: (target.address() as AddressInfo).port }, seed: 7 }); // prettier-ignore
  again.garbage('toClient', 8);
  const other = connect(again.port, '127.0.0.1');
  other.write('ab');
  const chunks: Buffer[] = [];
  while (Buffer.concat(chunks).length < 10) chunks.push(...((await once(other, 'data')) as [Buffer]));
  expect(Buffer.concat(chunks).toString('latin1')).toBe(first);
  other.destroy();
  await again.close();
});
