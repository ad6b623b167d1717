// errorCode to outcome and error class. The table of EVENTS.md 4 decides; here stands what AWS alone writes.
import { type Fields } from '../../event/fields.ts';
import { classifyError, type ClassifiedError } from '../../event/error-class.ts';
import { decideOutcome } from '../../event/outcome.ts';
import type { Category, NativeEvent, OutcomeValue } from '../../event/schema.ts';
import { clip, fieldsOf, textOf, type Warnings } from './record.ts';

const final = (name: ClassifiedError['class']): ClassifiedError => ({ class: name, retriable: false });
const passing = (name: ClassifiedError['class']): ClassifiedError => ({ class: name, retriable: true });

/** Codes whose words say nothing to the general table, or another thing. */
const CODES: ReadonlyMap<string, ClassifiedError> = new Map([
  ['AuthFailure', final('authentication')],
  ['InvalidAccessKeyId', final('authentication')],
  ['InvalidSignatureException', final('authentication')],
  ['MissingAuthenticationToken', final('authentication')],
  ['MissingAuthenticationTokenException', final('authentication')],
  ['RequestExpired', final('authentication')],
  ['UnrecognizedClientException', final('authentication')],
  ['AuthorizationError', final('authorization')],
  ['AuthorizationErrorException', final('authorization')],
  ['NotAuthorized', final('authorization')],
  ['NotAuthorizedException', final('authorization')],
  ['ConditionalCheckFailedException', final('conflict')],
  ['DeleteConflict', final('conflict')],
  ['DeleteConflictException', final('conflict')],
  ['DependencyViolation', final('conflict')],
  ['IncorrectInstanceState', final('conflict')],
  ['TransactionConflictException', passing('conflict')],
  ['PasswordPolicyViolation', final('validation')],
  ['InsufficientInstanceCapacity', passing('resource')],
  ['ProvisionedThroughputExceededException', passing('throttling')],
  ['Unavailable', passing('dependency')],
  ['ServiceUnavailable', passing('dependency')],
  ['ServiceUnavailableException', passing('dependency')],
  ['InternalError', final('internal')],
  ['InternalFailure', final('internal')],
]);

/** Would have been done, had it not been a rehearsal. */
const DRY_RUN = /(^|\.)DryRunOperation$/;
/** Before the general table, whose order puts `Invalid*` behind it too. */
const DENIED = /AccessDenied|^Unauthorized/;
const MAX_CODE_CHARS = 256;

export const classOf = (errorCode: string): ClassifiedError => {
  const code = errorCode.slice(0, MAX_CODE_CHARS);
  const word = code.slice(code.lastIndexOf('.') + 1);
  if (DENIED.test(word)) return final('authorization');
  // An action decides nothing here: no event of CloudTrail is a `db_error`.
  return CODES.get(word) ?? classifyError({ action: 'x.aws', type: code.replaceAll(':', '.') });
};

export interface Failure {
  readonly outcome: OutcomeValue;
  readonly isDenied: boolean;
  readonly code: string | undefined;
  /** AWS's words, where there is no error that tells them. */
  readonly reason?: string;
  readonly error: NonNullable<NativeEvent['error']> | undefined;
}

const MAX_CODE_BYTES = 128;
const MAX_MESSAGE_BYTES = 2048;
const MAX_REASON_BYTES = 1024;

/** Undefined: the call did what it was to do. */
export const failureOf = (record: Fields, category: Category, warnings: Warnings): Failure | undefined => {
  const code = textOf(record['errorCode']);
  const message = textOf(record['errorMessage']);
  if (code === undefined && message === undefined && !saysFailure(record)) return undefined;
  if (code !== undefined && DRY_RUN.test(code)) return rehearsed(code, message, warnings);
  const known = code === undefined ? final(saysFailure(record) ? 'authentication' : 'unknown') : classOf(code);
  const error = {
    class: known.class,
    retriable: known.retriable,
    ...(code !== undefined && { code: clip(code, MAX_CODE_BYTES, '/error/code', warnings) }),
    ...(message !== undefined && { message: clip(message, MAX_MESSAGE_BYTES, '/error/message', warnings) }),
  };
  const { outcome } = decideOutcome({ category, action: 'x.aws', errorClass: known.class });
  return {
    outcome: code === undefined && saysFailure(record) ? 'failure' : outcome,
    isDenied: known.class === 'authorization',
    code: error.code,
    error,
  };
};

const rehearsed = (code: string, message: string | undefined, warnings: Warnings): Failure => ({
  outcome: 'skipped',
  isDenied: false,
  code: clip(code, MAX_CODE_BYTES, '/outcomeCode', warnings),
  ...(message !== undefined && { reason: clip(message, MAX_REASON_BYTES, '/outcomeReason', warnings) }),
  error: undefined,
});

/** A sign-in tells how it ended under its own name: `{"ConsoleLogin": "Failure"}`. */
export const saysFailure = (record: Fields): boolean => {
  const name = textOf(record['eventName']);
  if (name === undefined) return false;
  return [record['responseElements'], record['serviceEventDetails']].some((told) => fieldsOf(told)[name] === 'Failure');
};
