import { getRequestListener } from '@hono/node-server';
import { definePlugin, listenerShape, z } from '../../../src/sdk/index.ts';
import { createHealthApp } from './answer.ts';

export default definePlugin({
  kind: 'extension',
  type: 'health',
  stability: 'beta',
  summary: 'Tells whether the collector lives, is ready, and how each component fares.',
  config: z.strictObject(listenerShape('127.0.0.1:13133')),
  listeners: [[]],
  create: (listener, { id, listen, status }) => {
    const handle = getRequestListener(createHealthApp(status).fetch, { overrideGlobalObjects: false });
    return {
      start: async () => [
        await listen({
          name: id,
          listener,
          paths: ['/'],
          handler: (request, response) => void handle(request, response),
        }),
      ],
      stop: async () => {},
    };
  },
});
