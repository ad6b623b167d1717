// npm run servers: installs the test servers that are missing into the cache, and says what it does.
import { cacheFolder } from './cache.ts';
import { isInstalled, markInstalled, OWN_SERVERS, SERVERS, type Server } from './catalog.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Installs what is missing; the ones built with Go in turn, beside the rest. Tells the servers that could not be installed. */
export const installServers = async (wanted: readonly Server[] = SERVERS): Promise<readonly string[]> => {
  const cache = cacheFolder();
  const missing = wanted.filter((server) => !isInstalled(server, cache));
  if (missing.length === 0) {
    say(`servers: all ${wanted.length} are in ${cache}`);
    return [];
  }
  say(`servers: installing ${missing.map(({ name, version }) => `${name} ${version}`).join(', ')} into ${cache}`);
  const failed: string[] = [];
  let done = 0;
  const inTurn = async (servers: readonly Server[]): Promise<void> => {
    for (const server of servers) {
      const trouble = await install(server, cache);
      done++;
      say(`servers: [${done}/${missing.length}] ${server.name}: ${trouble ?? 'installed'}`);
      if (trouble !== undefined) failed.push(server.name);
    }
  };
  const built = missing.filter(({ needs }) => needs.called === 'Go');
  await Promise.all([inTurn(built), inTurn(missing.filter((server) => !built.includes(server)))]);
  return failed;
};

const install = async (server: Server, cache: string): Promise<string | undefined> => {
  if (!(await server.needs.present())) return `wants ${server.needs.called}, which is not on this machine`;
  say(`servers: ${server.name} ${server.version} (about ${server.seconds} s)`);
  try {
    await server.install(cache);
    markInstalled(server, cache);
    return undefined;
  } catch (error) {
    return `could not be installed: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`;
  }
};

if (import.meta.main) {
  const wanted = SERVERS.filter(({ name }) => (process.env[OWN_SERVERS[name] ?? ''] ?? '') === '');
  process.exitCode = (await installServers(wanted)).length === 0 ? 0 : 1;
}
