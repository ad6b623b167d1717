import { getRequestListener, RequestError } from '@hono/node-server';
import {
  PROBLEM_MEDIA_TYPE,
  problemBody,
  type Extension,
  type ExtensionContext,
  type ListenerConfig,
} from '../../../src/sdk/index.ts';
import { BAD_TARGET, SECURITY_HEADERS, STORE_FAILED } from './answers.ts';
import type { QueryApp } from './app.ts';

const PATHS = ['/v1/events', '/v1/traces', '/v1/correlations', '/v1/dead-letters', '/openapi.json'];

/** What goes wrong before a route is found: an address that is none. */
const beforeRouting = (error: unknown): Response => {
  const problem = error instanceof RequestError ? BAD_TARGET : STORE_FAILED;
  const headers = { ...SECURITY_HEADERS, 'content-type': PROBLEM_MEDIA_TYPE };
  return new Response(JSON.stringify(problemBody(problem)), { status: problem.status, headers });
};

/** The listener belongs to the runtime, which closes it; there is nothing of one's own to stop. */
export const createListener = (
  listener: ListenerConfig,
  app: QueryApp,
  listen: ExtensionContext['listen'],
): Extension => {
  const answer = getRequestListener(app.fetch, {
    hostname: 'localhost',
    overrideGlobalObjects: false,
    errorHandler: beforeRouting,
  });
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
