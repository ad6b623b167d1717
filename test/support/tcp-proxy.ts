// A TCP proxy between a client and a real server, which does to their connections what networks do. What is random
// in it follows its seed, so that a failing test fails again.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { seeded } from '../bench/seeded.ts';
import { createLane, type Lane } from './tcp-proxy-lane.ts';

export type Direction = 'toTarget' | 'toClient';

export interface TcpProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** Of jitter and garbage; 1 if absent. */
  readonly seed?: number;
}

export interface TcpProxy {
  readonly port: number;
  /** `url('postgres', 'user:pass@', '/db')` is `postgres://user:pass@127.0.0.1:<port>/db`. */
  url(scheme: string, user?: string, path?: string): string;
  /** Resets every open connection, both sides. */
  cut(): void;
  /** From now on nobody listens: ECONNREFUSED. Open connections stay. `false` listens again, on the same port. */
  refuse(isRefusing: boolean): Promise<void>;
  /** Every chunk comes later by this, and by up to `jitterMs` more; order is kept. */
  delay(ms: number, jitterMs?: number): void;
  /** Connections stay open and nothing passes; `false` resets those that lost bytes. */
  stall(isStalling: boolean): void;
  /** Once: resets the connection that is the first to have passed `bytes` from now on, after exactly these. */
  cutAfterBytes(direction: Direction, bytes: number): void;
  /**
   * Once: resets the connection on which `pattern` comes by, however it is split over packets. `before` (the default)
   * does not pass the chunk in which it ends; `after` passes it on to the other side, and only then cuts.
   */
  cutOn(direction: Direction, pattern: Buffer, when?: 'before' | 'after'): void;
  /** Once: the next chunk comes with this many bytes of garbage before it. */
  garbage(direction: Direction, bytes: number): void;
  readonly stats: TcpProxyStats;
  close(): Promise<void>;
}

export interface TcpProxyStats {
  /** Since the start. */
  connections: number;
  /** Connections that the proxy has reset. */
  cuts: number;
  readonly bytes: Record<Direction, number>;
  /** Bytes that a stall has swallowed. */
  lost: number;
}

/** What is to be done to the bytes of one direction; shared by its connections. */
export interface Faults {
  delayMs: number;
  jitterMs: number;
  isStalling: boolean;
  cutAfter: number | undefined;
  pattern: { readonly bytes: Buffer; readonly when: 'before' | 'after' } | undefined;
  garbageBytes: number;
}

interface Connection {
  readonly client: Socket;
  readonly target: Socket;
  readonly lanes: readonly Lane[];
}

const noFaults = (): Faults => ({
  delayMs: 0,
  jitterMs: 0,
  isStalling: false,
  cutAfter: undefined,
  pattern: undefined,
  garbageBytes: 0,
});

/** Listens on a free port of this machine. */
export const startTcpProxy = async ({ target, seed = 1 }: TcpProxyOptions): Promise<TcpProxy> => {
  const random = seeded(seed);
  const faults: Record<Direction, Faults> = { toTarget: noFaults(), toClient: noFaults() };
  const stats: TcpProxyStats = { connections: 0, cuts: 0, bytes: { toTarget: 0, toClient: 0 }, lost: 0 };
  const connections = new Set<Connection>();

  const cut = (connection: Connection): void => {
    if (!connections.delete(connection)) return;
    stats.cuts++;
    connection.client.resetAndDestroy();
    connection.target.resetAndDestroy();
  };
  /** The target keeps what it was sent, and sees an orderly end; only the client sees a reset. */
  const cutClientOnly = (connection: Connection): void => {
    if (!connections.delete(connection)) return;
    stats.cuts++;
    connection.client.resetAndDestroy();
    connection.target.resume().end();
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    stats.connections++;
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const lane = (direction: Direction, from: Socket, to: Socket): Lane =>
      createLane({
        from,
        to,
        faults: faults[direction],
        random,
        onBytes: (bytes) => void (stats.bytes[direction] += bytes),
        onLost: (bytes) => void (stats.lost += bytes),
        onCut: (keepsTarget) => (keepsTarget ? cutClientOnly(connection) : cut(connection)),
      });
    const connection: Connection = {
      client,
      target: upstream,
      lanes: [lane('toTarget', client, upstream), lane('toClient', upstream, client)],
    };
    connections.add(connection);
    const forget = (): void => {
      if (!connections.delete(connection)) return;
      client.destroy();
      upstream.destroy();
    };
    // An error of one side is the end of both; `close` after an orderly end waits for the other side's.
    for (const socket of [client, upstream]) socket.on('error', forget);
    upstream.once('close', () => {
      if (client.closed) forget();
    });
    client.once('close', () => {
      if (upstream.closed) forget();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: (scheme, user = '', path = '') => `${scheme}://${user}127.0.0.1:${port}${path}`,
    cut: () => connections.forEach(cut),
    refuse: async (isRefusing) => {
      if (isRefusing === !server.listening) return;
      // `close` frees the port at once; its callback would wait for the connections that stay.
      if (isRefusing) server.close();
      else await once(server.listen(port, '127.0.0.1'), 'listening');
    },
    delay: (delayMs, jitterMs = 0) => {
      for (const direction of Object.values(faults)) Object.assign(direction, { delayMs, jitterMs });
    },
    stall: (isStalling) => {
      for (const direction of Object.values(faults)) direction.isStalling = isStalling;
      if (isStalling) return;
      for (const connection of connections) if (connection.lanes.some((lane) => lane.hasLost())) cut(connection);
    },
    cutAfterBytes: (direction, bytes) => void (faults[direction].cutAfter = bytes),
    cutOn: (direction, bytes, when = 'before') => void (faults[direction].pattern = { bytes, when }),
    garbage: (direction, bytes) => void (faults[direction].garbageBytes = bytes),
    stats,
    close: async () => {
      for (const { client, target: upstream } of connections) {
        client.destroy();
        upstream.destroy();
      }
      connections.clear();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
};
