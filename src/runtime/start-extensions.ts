import type { Component } from '../config/checked-config.ts';
import type { Endpoint, ExtensionContext, ExtensionPlugin } from '../sdk/index.ts';
import type { Scope } from './scope.ts';

/** Starts the extensions in the order of `service.extensions`. */
export const startExtensions = async (
  scope: Scope,
  extensions: readonly Component<ExtensionPlugin>[],
  contextOf: (id: string) => ExtensionContext,
): Promise<readonly Endpoint[]> => {
  const endpoints: Endpoint[] = [];
  for (const { id, plugin, config } of extensions) {
    const extension = plugin.create(config, contextOf(id));
    scope.stack.defer(() => extension.stop(scope.deadline));
    endpoints.push(...(await extension.start()));
  }
  return endpoints;
};
