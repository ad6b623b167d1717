import type { Clock } from '../event/time.ts';
import { sameTls, type Endpoint, type HttpMount, type ListenerConfig, type Log } from '../sdk/index.ts';
import { createSystemClock } from './clock.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { type HttpListener, openListener } from './http-listener.ts';

/** Opens the HTTP listeners of all components; those with the same endpoint share one. */
export interface HttpHost {
  /** Resolves when it listens; rejects with what to do about it where it cannot. */
  listen(mount: HttpMount): Promise<Endpoint>;
  /** Accepts nothing new, finishes what runs, cuts what is left at the signal. */
  close(signal: AbortSignal): Promise<void>;
}

export interface HttpHostOptions {
  readonly log: Log;
  readonly clock?: Clock;
  readonly limits?: HttpLimits;
}

export const createHttpHost = ({
  log,
  clock = createSystemClock(),
  limits = HTTP_LIMITS,
}: HttpHostOptions): HttpHost => {
  const open: Promise<HttpListener>[] = [];
  const shared = new Map<string, Promise<HttpListener>>();
  const openOrShare = (config: ListenerConfig): Promise<HttpListener> => {
    const found = shared.get(config.endpoint);
    if (found !== undefined) return found;
    const listener = openListener(config, limits, { log, clock });
    open.push(listener);
    if (!config.endpoint.endsWith(':0')) shared.set(config.endpoint, listener);
    return listener;
  };
  return {
    async listen(mount) {
      const listener = await openOrShare(mount.listener);
      refuseOtherTls(mount, listener.config);
      listener.add(mount);
      return { name: mount.name, address: listener.address };
    },
    async close(signal) {
      const opened = await Promise.allSettled(open);
      await Promise.all(opened.flatMap((result) => (result.status === 'fulfilled' ? result.value.close(signal) : [])));
    },
  };
};

const refuseOtherTls = ({ name, listener }: HttpMount, config: ListenerConfig): void => {
  if (!sameTls(listener, config))
    throw new Error(`${name} shares ${config.endpoint} with another component, but not its tls: make them equal`);
};
