import { isIPv4 } from 'node:net';
import { sameTls, type ListenerConfig } from '../../sdk/index.ts';
import { type Section, SECTION_NAMES } from '../config-schema.ts';
import type { Finding, Report } from '../issue.ts';
import { type ConfigNode, locate, type Located, type PathPart } from '../yaml/node.ts';
import type { FoundComponent } from './check-components.ts';

interface FoundListener {
  readonly listener: ListenerConfig;
  readonly at: Located;
}

export interface ListenerCheck {
  readonly root: ConfigNode;
  readonly components: Readonly<Record<Section, readonly FoundComponent[]>>;
  readonly hasTenants: boolean;
  /** Of the collector's own metrics, which ask nobody who they are. */
  readonly metrics: ListenerConfig | undefined;
}

/** Nothing listens beyond this machine by accident, and what shares an endpoint agrees on TLS. */
export const checkListeners = ({ root, components, hasTenants, metrics }: ListenerCheck, report: Report): void => {
  const byEndpoint = new Map<string, FoundListener>();
  const own = metrics === undefined ? [] : [{ listener: metrics, at: locateEndpoint(root, METRICS_PATH) }];
  for (const found of [...SECTION_NAMES.flatMap((name) => listenersOf(root, name, components[name])), ...own]) {
    const { listener, at } = found;
    const { endpoint, tls, insecure } = listener;
    if (!isLoopbackHost(hostOf(endpoint)) && !insecure) {
      if (listener === metrics) report(at, EXPOSED_METRICS);
      else if (tls === undefined || !hasTenants) report(at, EXPOSED);
    }
    const first = byEndpoint.get(endpoint);
    if (first === undefined) byEndpoint.set(endpoint, found);
    else if (!endpoint.endsWith(':0') && !sameTls(first.listener, listener)) report(at, differentTls(first.at));
  }
};

const EXPOSED: Finding = {
  code: 'CONFIG_EXPOSED',
  message:
    'listens beyond this machine without TLS and tenants; bind 127.0.0.1, or configure tls and tenants, ' +
    'or say insecure: true where something in front does both',
};
const METRICS_PATH = ['service', 'telemetry', 'metrics'];
const EXPOSED_METRICS: Finding = {
  code: 'CONFIG_EXPOSED',
  message:
    'shows metrics, which name tenants, to whoever reaches it; bind 127.0.0.1, or say insecure: true ' +
    'where something in front decides who may',
};
const differentTls = ({ path }: Located): Finding => ({
  code: 'CONFIG_ENDPOINT_CONFLICT',
  message: `has the endpoint of ${path}, but other TLS settings`,
});

const listenersOf = (root: ConfigNode, section: Section, components: readonly FoundComponent[]): FoundListener[] =>
  components.flatMap(({ id, plugin, config }) => {
    const paths = plugin !== undefined && 'listeners' in plugin ? (plugin.listeners ?? []) : [];
    return paths.flatMap((path) => {
      const listener = valueAt(config, path);
      return listener === undefined ? [] : [{ listener, at: locateEndpoint(root, [section, id, ...path]) }];
    });
  });

const valueAt = (config: unknown, path: readonly string[]): ListenerConfig | undefined =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config) as
    ListenerConfig | undefined;

/** The endpoint, or what it is the default of. */
const locateEndpoint = (root: ConfigNode, path: readonly PathPart[]): Located => {
  const endpoint = locate(root, [...path, 'endpoint']);
  return endpoint.node === undefined ? locate(root, path) : endpoint;
};

const hostOf = (endpoint: string): string => endpoint.slice(0, endpoint.lastIndexOf(':'));
const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
