// What became of the events, as the sender is told. Pure.
import {
  type EventError,
  type Outcome,
  type Problem,
  problemBody,
  retriesAmong,
  retryProblem,
} from '../../../src/sdk/index.ts';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The body is a problem (RFC 9457) with members of its own. */
  readonly refused?: boolean;
}

const ALL_AGAIN = 'Nothing of this request may be taken as stored: send all of it again.';

const invalid = (errors: readonly EventError[]): Problem =>
  errors.some(({ code }) => code === 'TENANT_MISMATCH')
    ? { status: 403, code: 'TENANT_MISMATCH', title: 'The event names another tenant than the credential', errors }
    : { status: 422, code: 'EVENT_INVALID', title: 'The event is not valid', errors };

/** The answer to `POST /v1/events`. */
export const answerEvent = (outcome: Outcome): Answer | Problem => {
  switch (outcome.status) {
    case 'accepted':
    case 'duplicate': {
      const { eventId, status, correlationId } = outcome;
      return { status: status === 'accepted' ? 202 : 200, body: { eventId, status, correlationId } };
    }
    case 'filtered':
      return { status: 200, body: { status: 'filtered', reason: outcome.reason } };
    case 'rejected':
      return invalid(outcome.errors);
    default:
      return { ...retryProblem([outcome]), detail: ALL_AGAIN };
  }
};

/** The answer to `POST /v1/events/batch`: one result per event, in order. */
export const answerBatch = (outcomes: readonly Outcome[]): Answer | Problem => {
  const retries = retriesAmong(outcomes);
  if (retries !== undefined) return { ...retryProblem(retries), detail: ALL_AGAIN };
  const rejected = outcomes.filter(({ status }) => status === 'rejected').length;
  const accepted = outcomes.filter(({ status }) => status === 'accepted' || status === 'duplicate').length;
  const body = { accepted, rejected, results: outcomes.map(resultOf) };
  if (rejected === 0) return { status: 202, body };
  if (rejected < outcomes.length) return { status: 207, body };
  return { status: 422, body: { ...problemBody(ALL_REJECTED), ...body }, refused: true };
};

const ALL_REJECTED: Problem = { status: 422, code: 'BATCH_REJECTED', title: 'No event of the batch is valid' };

const resultOf = (outcome: Outcome, index: number): Readonly<Record<string, unknown>> => {
  const { status } = outcome;
  switch (status) {
    case 'rejected':
      return { index, status, error: outcome.errors[0], errors: outcome.errors };
    case 'filtered':
      return { index, status, reason: outcome.reason };
    case 'retry':
      return { index, status };
    default:
      return { index, status, eventId: outcome.eventId };
  }
};
