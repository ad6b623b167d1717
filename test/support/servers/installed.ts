import { cacheFolder } from '../../../scripts/servers/cache.ts';
import { isInstalled, serverNamed } from '../../../scripts/servers/catalog.ts';

/** The path of an installed test server; fails with one clear line where it is missing. */
export const installed = (name: string): string => {
  const server = serverNamed(name);
  const cache = cacheFolder();
  if (!isInstalled(server, cache)) {
    throw new Error(
      `the test server ${name} is not installed: run \`npm run servers\` (it wants ${server.needs.called})`,
    );
  }
  return server.path(cache);
};
