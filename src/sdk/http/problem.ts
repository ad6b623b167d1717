import type { ServerResponse } from 'node:http';
import type { Busy, Refusal } from '../intake.ts';
import type { EventError, Outcome } from '../outcome.ts';

/** A refusal as RFC 9457 tells it. Nothing in it may hold a value of the sender's. */
export interface Problem {
  readonly status: number;
  /** Permanent, `AREA_WHAT`. */
  readonly code: string;
  /** The same words for every problem of this code. */
  readonly title: string;
  /** What to do about this one. */
  readonly detail?: string;
  /** Becomes `Retry-After`. */
  readonly retryAfterMs?: number;
  readonly errors?: readonly EventError[];
  /** Further headers that the status calls for, e.g. `allow` with 405. */
  readonly headers?: Readonly<Record<string, string>>;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Tells a problem from what a function returns instead of one. */
export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'title' in value && 'code' in value && 'status' in value;

/** The body of the answer. */
export const problemBody = ({ status, code, title, detail, errors }: Problem): Readonly<Record<string, unknown>> => ({
  type: `urn:betalogs:problem:${code}`,
  title,
  status,
  ...(detail !== undefined && { detail }),
  code,
  ...(errors !== undefined && { errors }),
});

/** The headers of the answer. `Retry-After` counts whole seconds, at least one, so that nobody comes back too early. */
export const problemHeaders = ({ retryAfterMs, headers }: Problem): Record<string, string> => ({
  'content-type': PROBLEM_MEDIA_TYPE,
  ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  ...headers,
});

/** Answers with a problem; does nothing once an answer has begun. */
export const sendProblem = (response: ServerResponse, problem: Problem): void => {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(problemBody(problem));
  response.writeHead(problem.status, { ...problemHeaders(problem), 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

const BUSY: Readonly<Record<Busy['busy'], Pick<Problem, 'status' | 'code' | 'title'>>> = {
  quota: { status: 429, code: 'INTAKE_QUOTA', title: 'The quota of this tenant is used up for now' },
  memory: { status: 503, code: 'INTAKE_BUSY', title: 'The collector has no room for this request now' },
  disk: { status: 503, code: 'INTAKE_DISK_FULL', title: 'The collector has no room on its disk now' },
  stopping: { status: 503, code: 'INTAKE_STOPPING', title: 'The collector is stopping' },
};

/** 429 for the tenant's own bound, 503 for the machine's. */
export const busyProblem = ({ busy, afterMs }: Busy): Problem => ({ ...BUSY[busy], retryAfterMs: afterMs });

type Retry = Extract<Outcome, { status: 'retry' }>;
/** Words of the pipeline for what is in the way; anything else is the machine's state. */
const IN_THE_WAY: Readonly<Record<string, Busy['busy']>> = { quota: 'quota', disk_full: 'disk', closing: 'stopping' };

/** For a request of which at least one event must be sent again. The machine's own state goes before a tenant's quota. */
export const retryProblem = (retries: readonly [Retry, ...Retry[]]): Problem => {
  const { reason } = retries.find((retry) => retry.reason !== 'quota') ?? retries[0];
  const afterMs = Math.max(...retries.map((retry) => retry.afterMs));
  return busyProblem({ busy: IN_THE_WAY[reason] ?? 'memory', afterMs });
};

/** The events of an answer that must be sent again, as `retryProblem` takes them; undefined where there are none. */
export const retriesAmong = (outcomes: readonly Outcome[]): readonly [Retry, ...Retry[]] | undefined => {
  const [first, ...rest] = outcomes.filter((outcome): outcome is Retry => outcome.status === 'retry');
  return first === undefined ? undefined : [first, ...rest];
};

const REFUSED: Readonly<Record<Refusal['status'], Partial<Problem> & Pick<Problem, 'title'>>> = {
  401: { title: 'No valid credential', headers: { 'www-authenticate': 'Bearer' } },
  403: { title: 'The credential does not allow this' },
  503: { title: 'The credential cannot be judged now', retryAfterMs: 5000 },
};

/** A 401 names the scheme, as RFC 9110 asks; a 503 when to ask again. */
export const refusalProblem = ({ status, code, message }: Refusal): Problem => ({
  status,
  code,
  detail: message,
  ...REFUSED[status],
});
