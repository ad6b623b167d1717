// What GitHub is told, which it shows beside the delivery. Pure.
import { busyProblem, type EventError, type Outcome, type Problem, retryProblem } from '../../../src/sdk/index.ts';

/** Without a body: 204. */
export interface Answer {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The reason with which the mapping drops what it has no row for. */
const NOT_MAPPED = 'not_mapped';

export const answerOf = (outcome: Outcome): Answer | Problem => {
  switch (outcome.status) {
    case 'accepted':
    case 'duplicate':
      return { status: 202, body: { eventId: outcome.eventId, status: outcome.status } };
    case 'filtered':
      return outcome.reason === NOT_MAPPED
        ? { status: 204 }
        : { status: 200, body: { status: 'filtered', reason: outcome.reason } };
    case 'retry':
      return {
        ...retryProblem([outcome]),
        detail: 'Nothing is stored. GitHub does not repeat it by itself: redeliver it.',
      };
    default:
      return refusedEvent(outcome.errors);
  }
};

const KEPT = 'It is kept among the dead letters, by its size and digest.';

const refusedEvent = (errors: readonly EventError[]): Problem => ({
  status: 422,
  code: 'EVENT_INVALID',
  title: 'The event is not valid',
  detail: KEPT,
  errors,
});

export const unreadable = (error: EventError): Problem => ({
  status: 400,
  code: error.code,
  title: 'The body is not a payload of GitHub',
  detail: KEPT,
  errors: [error],
});

export const STOPPING: Problem = busyProblem({ busy: 'stopping', afterMs: 1000 });
export const NO_ROOM_FOR_LETTERS: Problem = {
  ...busyProblem({ busy: 'disk', afterMs: 5000 }),
  detail: 'It was refused, and could not be kept as a dead letter either: redeliver it.',
};
export const UNSIGNED: Problem = {
  status: 401,
  code: 'GITHUB_SIGNATURE',
  title: 'The signature is missing or not by this secret',
  detail: "X-Hub-Signature-256 must be GitHub's, with the secret that this receiver is configured with.",
};
export const REPLAYED: Problem = {
  status: 409,
  code: 'GITHUB_REPLAYED',
  title: 'This delivery has been taken under another GUID',
  detail: 'A redelivery keeps its GUID; the same body under another one is refused for ten minutes.',
};
export const NO_HEADERS: Problem = {
  status: 400,
  code: 'GITHUB_HEADERS',
  title: 'X-GitHub-Event or X-GitHub-Delivery is missing or not valid',
};
export const NO_TENANT: Problem = {
  status: 503,
  code: 'GITHUB_TENANT',
  title: 'The tenant of this webhook is not configured',
  detail: 'Name one of the configured tenants in the option "tenant" of this receiver.',
};
export const NOT_FOUND: Problem = { status: 404, code: 'HTTP_NOT_FOUND', title: 'Nothing is served at this path' };
export const NOT_POST: Problem = {
  status: 405,
  code: 'HTTP_METHOD',
  title: 'Webhooks are sent by POST',
  headers: { allow: 'POST' },
};
export const NOT_TAKEN: Problem = {
  status: 415,
  code: 'HTTP_CONTENT_TYPE',
  title: 'The content type or encoding is not taken',
  detail: 'Content-Type is application/json or application/x-www-form-urlencoded, in UTF-8, without Content-Encoding.',
};
export const FAULT: Problem = { status: 500, code: 'GITHUB_INTERNAL', title: 'The collector failed at this delivery' };
