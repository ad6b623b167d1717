import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint, HttpMount } from '../sdk/index.ts';

export interface TestHost {
  /** A server of its own for each mount, on a free port of this machine whatever the mount asks for. */
  listen(mount: HttpMount): Promise<Endpoint>;
  close(): Promise<void>;
}

/** The runtime's listeners, as far as a component sees them. */
export const createTestHost = (): TestHost => {
  const servers: Server[] = [];
  return {
    listen: async ({ name, handler }) => {
      const server = createServer(handler);
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return { name, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
    },
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
};
