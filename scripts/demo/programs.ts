// The collector and the shop, on free ports, with their data in a folder of the caller's.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from './child.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(ROOT, 'config/default.yaml');
const MAIN = join(ROOT, 'src/main.ts');

const FREE_PORTS = [
  'receivers.http.endpoint',
  'receivers.otlp.protocols.http.endpoint',
  'extensions.query.endpoint',
  'extensions.health.endpoint',
].flatMap((path) => ['--set', `${path}=127.0.0.1:0`]);

/** By the names of the ready line. */
export type Endpoints = Readonly<Record<'http' | 'otlp/http' | 'query' | 'health', string>>;

export interface Program<Ready> extends Omit<Child, 'ready'> {
  readonly ready: Ready;
}

export const startCollector = async (folder: string): Promise<Program<{ readonly endpoints: Endpoints }>> => {
  const args = [MAIN, 'run', '--config', CONFIG, ...FREE_PORTS, '--data-dir', join(folder, 'data')];
  const child = await startChild({ args, cwd: folder });
  return { ...child, ready: child.ready as { readonly endpoints: Endpoints } };
};

const FLUSH_AFTER_MS = '200';

export const startShop = async (folder: string, endpoints: Endpoints): Promise<Program<{ readonly shop: string }>> => {
  const child = await startChild({
    args: [join(ROOT, 'examples/shop/main.ts')],
    cwd: folder,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${endpoints['otlp/http']}`,
      OTEL_BSP_SCHEDULE_DELAY: FLUSH_AFTER_MS,
      OTEL_BLRP_SCHEDULE_DELAY: FLUSH_AFTER_MS,
      BETALOGS_URL: `http://${endpoints.http}`,
      SHOP_PORT: '0',
      SHOP_DATABASE: join(folder, 'shop.db'),
    },
  });
  return { ...child, ready: child.ready as { readonly shop: string } };
};

/** The arguments of a reading command over the data in `folder`. */
export const readingArgs = (folder: string, ...command: readonly string[]): string[] => [
  MAIN,
  ...command,
  '--config',
  CONFIG,
  '--data-dir',
  join(folder, 'data'),
];
