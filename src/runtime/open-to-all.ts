import { asksForCredentials } from '../config/check/read-tenants.ts';
import type { CheckedConfig } from '../config/checked-config.ts';
import type { ListenerConfig, Plugin } from '../sdk/index.ts';

/** The listeners of a component, at the paths that its plugin declares. */
export const listenersOf = (plugin: Plugin, config: unknown): readonly ListenerConfig[] =>
  ('listeners' in plugin ? (plugin.listeners ?? []) : [])
    .map((path) => path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config))
    .filter((listener): listener is ListenerConfig => listener !== undefined);

/** True where no tenants are configured and a listener says `insecure: true`: whoever reaches it is the tenant `default`. */
export const isOpenToAll = (config: CheckedConfig): boolean =>
  !asksForCredentials(config) &&
  [...config.receivers, ...config.extensions].some(({ plugin, config: own }) =>
    listenersOf(plugin, own).some(({ insecure }) => insecure),
  );
