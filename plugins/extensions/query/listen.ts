import { getRequestListener } from '@hono/node-server';
import type { Extension, ExtensionContext, ListenerConfig } from '../../../src/sdk/index.ts';
import type { QueryApp } from './app.ts';

const PATHS = ['/v1/events', '/v1/traces', '/v1/correlations', '/openapi.json'];

/** The listener belongs to the runtime, which closes it; there is nothing of one's own to stop. */
export const createListener = (
  listener: ListenerConfig,
  app: QueryApp,
  listen: ExtensionContext['listen'],
): Extension => {
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    start: async () => [
      await listen({
        name: 'query',
        listener,
        paths: PATHS,
        handler: (request, response) => void answer(request, response),
      }),
    ],
    stop: async () => {},
  };
};
