// What the three paths tell of a status; liveness is that something answers at all.
import { Hono } from 'hono';
import {
  type CollectorStatus,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  problemBody,
  problemHeaders,
} from '../../../src/sdk/index.ts';

const NO_STORE = { 'cache-control': 'no-store' };

const NOT_FOUND: Problem = {
  status: 404,
  code: 'HTTP_NOT_FOUND',
  title: 'There is nothing here',
  detail: 'served here: GET /livez, /readyz, /status',
};
const METHOD_NOT_ALLOWED: Problem = {
  status: 405,
  code: 'HTTP_METHOD_NOT_ALLOWED',
  title: 'This path is read only',
  headers: { allow: 'GET, HEAD' },
};
const PATHS = new Set(['/livez', '/readyz', '/status']);

/** The status is read anew for each request. */
export const createHealthApp = (status: () => CollectorStatus): Hono => {
  const app = new Hono();
  app.get('/livez', (c) => c.json({ status: 'ok' }, 200, NO_STORE));
  app.get('/readyz', (c) => {
    const { ready, reasons } = status();
    return ready
      ? c.json({ status: 'ready' }, 200, NO_STORE)
      : c.json({ status: 'not_ready', reasons }, 503, { ...NO_STORE, 'retry-after': '1' });
  });
  app.get('/status', (c) => c.json(status(), 200, NO_STORE));
  app.notFound((c) => answer(PATHS.has(c.req.path) ? METHOD_NOT_ALLOWED : NOT_FOUND));
  return app;
};

const answer = (problem: Problem): Response =>
  new Response(JSON.stringify(problemBody(problem)), {
    status: problem.status,
    headers: { ...problemHeaders(problem), 'content-type': PROBLEM_MEDIA_TYPE },
  });
