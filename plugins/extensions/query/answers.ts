import type { Context } from 'hono';
import { problemBody, problemHeaders, type EventError, type Problem, type QueryFault } from '../../../src/sdk/index.ts';

/** An answer holds one tenant's events: no cache keeps it, and nothing in it is ever run or framed. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export const answerProblem = (context: Context, problem: Problem): Response =>
  context.body(JSON.stringify(problemBody(problem)), problem.status as 400, problemHeaders(problem));

export const answerJson = (context: Context, json: string): Response =>
  context.body(json, 200, { 'content-type': 'application/json' });

export const NOT_FOUND: Problem = { status: 404, code: 'QUERY_NOT_FOUND', title: 'There is nothing here' };
export const BAD_TARGET: Problem = { status: 400, code: 'QUERY_TARGET', title: 'The address is not one' };
export const NO_METHOD: Problem = {
  status: 405,
  code: 'QUERY_METHOD',
  title: 'This API only reads',
  headers: { allow: 'GET, HEAD' },
};
export const NO_DEAD_LETTERS: Problem = {
  status: 503,
  code: 'QUERY_NO_DEAD_LETTERS',
  title: 'This collector keeps no dead letters',
};
export const NOT_JSON: Problem = {
  status: 415,
  code: 'QUERY_NOT_JSON',
  title: 'The body must be JSON',
  detail: 'send it with Content-Type: application/json',
};
export const BODY_TOO_LARGE: Problem = { status: 413, code: 'BODY_TOO_LARGE', title: 'The body is too large' };
export const NO_STORE: Problem = {
  status: 503,
  code: 'QUERY_NO_STORE',
  title: 'No exporter of the configuration can be read',
  detail: 'configure an exporter that can be read, for instance sqlite',
};
export const OTHER_TENANT: Problem = {
  status: 403,
  code: 'QUERY_TENANT',
  title: 'The credential is for another tenant',
};
export const STORE_FAILED: Problem = {
  status: 503,
  code: 'QUERY_STORE_FAILED',
  title: 'The store could not be read',
  retryAfterMs: 1000,
};

export const invalid = (errors: readonly EventError[]): Problem => ({
  status: 400,
  code: 'QUERY_INVALID',
  title: 'The question cannot be understood',
  errors,
});
export const faultProblem = ({ faults }: QueryFault): Problem => invalid(faults);
