// What became of the activity: seven levels, the first that decides wins (EVENTS.md 3). Total and deterministic.
import { outcomeOfGrpc, outcomeOfHttp } from './outcome-status.ts';
import { outcomeOfVerb, outcomeOfWord } from './outcome-words.ts';
import type { Category, ErrorClass, OutcomeValue } from './schema.ts';

/** All that the decision looks at, under the native API's names. */
export interface OutcomeFacts {
  readonly category: Category;
  readonly action: string;
  readonly outcome?: OutcomeValue | undefined;
  readonly isFailure?: boolean | undefined;
  readonly decision?: 'allow' | 'deny' | 'challenge' | undefined;
  readonly blocked?: boolean | undefined;
  readonly deploymentStatus?: string | undefined;
  readonly conclusion?: string | undefined;
  /** The class of an error that the sender described by a code, a type, a message or a stack. */
  readonly errorClass?: ErrorClass | undefined;
  /** `error.class` where the sender said nothing else of the error: decides only where all else is silent. */
  readonly bareErrorClass?: ErrorClass | undefined;
  readonly spanStatus?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly grpcStatus?: number | undefined;
  /** `status` of `data`, or of an object in it. */
  readonly nestedStatus?: string | undefined;
}

export interface DecidedOutcome {
  readonly outcome: OutcomeValue;
  /** What a later level says instead: worth the warning `outcome_conflict`. */
  readonly conflict?: OutcomeValue;
}

type Level = (facts: OutcomeFacts) => OutcomeValue | undefined;

const UNSUCCESSFUL: ReadonlySet<OutcomeValue> = new Set(['failure', 'denied', 'error', 'timeout', 'cancelled']);

const byIsFailure: Level = ({ isFailure }) => (isFailure === undefined ? undefined : isFailure ? 'failure' : 'success');

const DECISIONS = { allow: 'success', deny: 'denied', challenge: 'pending' } as const;
const byDecision: Level = ({ decision, blocked }) => {
  if (decision !== undefined) return DECISIONS[decision];
  return blocked === undefined ? undefined : blocked ? 'denied' : 'success';
};

const byError: Level = ({ errorClass, category }) =>
  errorClass === undefined ? undefined : outcomeOfClass(errorClass, category);

const CLASS_OUTCOMES: Partial<Record<ErrorClass, OutcomeValue>> = {
  timeout: 'timeout',
  authorization: 'denied',
  authentication: 'denied',
  validation: 'failure',
  not_found: 'failure',
  quota: 'failure',
  conflict: 'failure',
};
/** In a security event a bad or expired credential is a failure; elsewhere it is why a request was denied. */
const outcomeOfClass = (errorClass: ErrorClass, category: Category): OutcomeValue =>
  errorClass === 'authentication' && category === 'security' ? 'failure' : (CLASS_OUTCOMES[errorClass] ?? 'error');

const SPAN_STATUS: Readonly<Record<string, OutcomeValue>> = { OK: 'success', ERROR: 'error' };
const bySpan: Level = ({ spanStatus }) => (spanStatus === undefined ? undefined : SPAN_STATUS[spanStatus]);

/** An order that is rejected failed; a deployment that an environment's rule rejects was denied. */
const outcomeOfState = (state: string | undefined): OutcomeValue | undefined =>
  state === 'rejected' ? 'denied' : outcomeOfWord(state);

const LEVELS: readonly Level[] = [
  ({ outcome }) => outcome,
  byIsFailure,
  byDecision,
  ({ deploymentStatus }) => outcomeOfState(deploymentStatus),
  ({ conclusion }) => outcomeOfState(conclusion),
  ({ action }) => outcomeOfVerb(action),
  byError,
  bySpan,
  ({ httpStatus }) => outcomeOfHttp(httpStatus),
  ({ grpcStatus }) => outcomeOfGrpc(grpcStatus),
  ({ nestedStatus }) => outcomeOfWord(nestedStatus),
];

export const decideOutcome = (facts: OutcomeFacts): DecidedOutcome => {
  let outcome: OutcomeValue | undefined;
  for (const level of LEVELS) {
    const says = level(facts);
    if (says === undefined || says === outcome) continue;
    if (outcome === undefined) outcome = says;
    else if (level !== byDecision || contradicts(says, outcome)) return { outcome, conflict: says };
  }
  return { outcome: outcome ?? undecided(facts) };
};

/** A decision tells only whether it was let through: `deny` fits each way of not succeeding. */
const contradicts = (decided: OutcomeValue, outcome: OutcomeValue): boolean =>
  (decided === 'success' && UNSUCCESSFUL.has(outcome)) || (decided === 'denied' && outcome === 'success');

const undecided = ({ action, bareErrorClass, category }: OutcomeFacts): OutcomeValue => {
  if (bareErrorClass !== undefined) return outcomeOfClass(bareErrorClass, category);
  return UNDECIDED.get(action) ?? 'unknown';
};

/** What an action means of which nothing more is said. */
const UNDECIDED: ReadonlyMap<string, OutcomeValue> = new Map<string, OutcomeValue>([
  ['request_received', 'pending'],
  ['unauthorized_access', 'denied'],
]);

const RAISED: Partial<Record<OutcomeValue, number>> = { failure: 13, denied: 13, error: 17, timeout: 17 };
const DEFAULT_SEVERITY = 9;

/** What the sender said or INFO, and never less than the outcome asks for. */
export const severityFor = (outcome: OutcomeValue, given: number = DEFAULT_SEVERITY): number =>
  Math.max(given, RAISED[outcome] ?? 0);
