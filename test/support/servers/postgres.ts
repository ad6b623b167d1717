import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { installed } from './installed.ts';
import { ownServer } from './own.ts';
import { dataFolder, freePort, identity, serve, type TestServer } from './server-process.ts';

/** PostgreSQL 18 on a free port, superuser `postgres` without a password. */
export const startPostgres = async (settings: Readonly<Record<string, string>> = {}): Promise<TestServer> => {
  const own = ownServer('postgres');
  if (own !== undefined) return own;
  const bin = join(installed('postgres'), 'bin');
  const folder = dataFolder('postgres', true);
  const data = join(folder, 'pg');
  const env = { HOME: folder, PATH: process.env['PATH'] ?? '' };
  if (!existsSync(data)) {
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(bin, 'initdb'), args, { cwd: folder, env, stdio: 'ignore', ...identity(true) });
  }
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const options = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, fsync: 'off', ...settings };
  return serve(url, folder, {
    name: 'postgres',
    program: join(bin, 'postgres'),
    args: [
      '-D',
      data,
      '-p',
      String(port),
      ...Object.entries(options).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    env,
    cwd: folder,
    log: join(folder, 'server.log'),
    asNobody: true,
    isReady: async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.end();
      return true;
    },
  });
};
